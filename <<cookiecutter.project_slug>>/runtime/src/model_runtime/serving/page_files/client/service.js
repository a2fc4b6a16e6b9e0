// The service that the page asks: its address, and the visitor's key for it.

import { parsed } from "./json.js";

export const PATIENCE = 30;  // seconds to wait for an answer
const OWN = new URL("../../", import.meta.url);  // of the service that this script is from

export class Failure extends Error {
  constructor(message, status = 0, problem = {}) {
    super(message);
    Object.assign(this, { status, problem });
  }
}

export const ownAddress = () => (/^https?:/.test(OWN.protocol) ? OWN.href : "");

export function addressOf(text) {
  const address = text && !/^https?:\/\//i.test(text) ? `http://${text}` : text;
  return URL.canParse(address) ? new URL(address).href.replace(/[?#].*$/, "").replace(/\/*$/, "/") : "";
}

// The key is here and in its field, and gone with the page: it is stored nowhere.
export const service = {
  address: "",
  key: "",
  locked: false,  // do predictions ask for a key?
  explains: false,  // does it tell what mattered for an answer?
  visit: 0,  // grows with each load, so that late answers of an earlier one are dropped

  at: (path) => new URL(path, service.address).href,

  async ask(path, body, signal = AbortSignal.timeout(PATIENCE * 1000)) {
    const headers = { ...(service.key && { "X-API-Key": service.key }), ...(body && { "Content-Type": "application/json" }) };
    const options = { headers, ...(body && { method: "POST", body }), signal };
    const response = await fetch(service.at(path), options).catch((error) => {
      throw new Failure(error.name === "TimeoutError"
        ? `${service.address} did not answer in ${PATIENCE} seconds.` : unreachable());
    });
    const found = await response.text().then(parsed).catch(() => undefined);
    if (!response.ok || found === undefined) throw failure(path, response, found);
    return { found, version: response.headers.get("X-Model-Version") };
  },
};

function failure(path, response, found) {
  if (response.ok || !found?.title) {
    return new Failure(`${service.at(path)} answered with status ${response.status}, but not as a prediction service does. `
      + "Is the service address right?", response.status);
  }
  const message = (response.status === 503 ? "The service is not ready. " : "") + (found.detail || found.title);
  const named = response.status === 500 ? `${message} (Request ${found.request_id})` : message;
  return new Failure(named, response.status, found);
}

function unreachable() {
  if (new URL(service.address).origin === location.origin) {
    return `${service.address} could not be reached. Is the service running, and are you online?`;
  }
  return `${service.address} could not be reached. Either nothing answers there, or it does not let pages of another `
    + `address ask (CORS). Then add "${self.origin}" to serving.cors_origins in its config.yaml, or open its own page.`;
}
