// The API's page: Swagger UI, and what it lacks for people who use it by keyboard or hear it.

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

const address = new URL("../../openapi.json", import.meta.url);
let answer = await fetch(address);
for (let key; answer.status === 401 && (key = prompt("API key"));) {
  answer = await fetch(address, { headers: { "X-API-Key": key } });
}

const root = document.getElementById("swagger-ui");

const all = (selector, change) => root.querySelectorAll(selector).forEach(change);

function put(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);  // else it would go round in circles
}

function mend() {
  // The path's link stands within the button that opens the operation; the button does the same.
  all(".opblock-summary-control a[href]", (link) => link.removeAttribute("href"));
  all(".opblock-tag, .models h4", (heading) => put(heading, "aria-level", "2"));
  all(".opblock-section-header h4, .opblock-body h5, .responses-inner h4", (heading) => put(heading, "aria-level", "3"));
  all(".information-container", (part) => { put(part, "role", "region"); put(part, "aria-label", "About"); });
  all(".scheme-container", (part) => { put(part, "role", "region"); put(part, "aria-label", "Server and keys"); });
  all("#servers", (select) => put(select, "aria-label", "Server"));
  all(".examples-select-element", (select) => put(select, "aria-label", "Example"));
  all("textarea.body-param__text", (area) => put(area, "aria-label", "Request body"));
  all("table.responses-table[role=region]", (table) => table.removeAttribute("role"));
  all("pre", (text) => { if (text.scrollHeight > text.clientHeight || text.scrollWidth > text.clientWidth) put(text, "tabindex", "0"); });
}

new MutationObserver(mend).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["href", "role"] });

SwaggerUIBundle({
  spec: { servers: [{ url: new URL(".", address).href }], ...await answer.json() },
  domNode: root, layout: "BaseLayout", deepLinking: true, tryItOutEnabled: true,
  showExtensions: true, showCommonExtensions: true,
});
