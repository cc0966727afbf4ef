// What caniemail says of each page named: by feature, the mail programs that lack it, as JSON.
import { readFileSync } from "node:fs";
import { caniemail } from "caniemail";

const CLIENTS = [
  "gmail.desktop-webmail", "gmail.ios", "gmail.android",
  "apple-mail.macos", "apple-mail.ios",
  "outlook.windows", "outlook.macos", "outlook.outlook-com", "outlook.ios", "outlook.android",
  "yahoo.desktop-webmail", "yahoo.ios", "yahoo.android",
  "samsung-email.android", "thunderbird.macos",
  "protonmail.desktop-webmail", "protonmail.ios", "protonmail.android",
];

function lacking(client, html) {
  const { issues } = caniemail({ clients: [client], html });
  return [...issues.errors.values()].flat().map((feature) => feature.title);
}

const found = {};
for (const path of process.argv.slice(2)) {
  const html = readFileSync(path, "utf8");
  for (const client of CLIENTS) {
    for (const title of lacking(client, html)) {
      const clients = (found[title] ??= []);
      if (!clients.includes(client)) clients.push(client);
    }
  }
}
console.log(JSON.stringify(found));
