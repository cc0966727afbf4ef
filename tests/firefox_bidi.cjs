// Loaded into Playwright's driver, so that it drives Debian's Firefox over WebDriver BiDi.
// A command that this Firefox does not know yet becomes one that changes nothing.
const UNKNOWN = "emulation.setMediaFeaturesOverride";
const stringify = JSON.stringify;

JSON.stringify = (value, ...rest) =>
  stringify(value?.method === UNKNOWN ? { ...value, method: "session.status", params: {} } : value, ...rest);
