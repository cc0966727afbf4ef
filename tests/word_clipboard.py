"""What Word puts on the clipboard, and how a browser is given it."""

# A title, a list that is paragraphs, a picture in the RTF alone.
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!--
p.MsoNormal {margin:0cm;} --></style></head><body lang=EN-GB><!--StartFragment-->
<p class=MsoTitle>Quay wall<span style='mso-spacerun:yes'>&nbsp; </span>mended<o:p></o:p></p>
<p class=MsoNormal style='margin:0cm'><b style='mso-bidi-font-weight:normal'>It holds</b>, says
<a href="https://wexcombe.example/council"><span style='color:blue'>the council</span></a>.</p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span>&nbsp;&nbsp;</span></span><![endif]>Stone<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·</span><![endif]>Lime</p>
<p class=MsoNormal><img src="file:///C:/clip_image002.jpg" alt="The quay at low tide"></p>
<!--EndFragment--></body></html>"""
RTF = "{\\rtf1{\\*\\shppict{\\pict{\\*\\picprop}\\jpegblip\n" + "%s}}}"
PASTE = """([html, rtf]) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/rtf", rtf);
  const how = { clipboardData: data, bubbles: true, cancelable: true };
  const paste = new ClipboardEvent("paste", how);
  // Firefox gives an event that a script makes a clipboard of its own, which is empty.
  Object.defineProperty(paste, "clipboardData", { value: data });
  document.querySelector(".prose").dispatchEvent(paste);
}"""
