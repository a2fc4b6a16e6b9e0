// JSON with the keys of its objects in their own order: JavaScript puts those that look like whole numbers first.

const orders = new WeakMap();  // of an object that was read

export function parsed(text) {
  const marked = text.replace(/"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?/g, (found, key, colon) => (colon ? `"_${key}":` : found));
  return JSON.parse(marked, (_, value) => {
    if (typeof value !== "object" || !value || Array.isArray(value)) return value;
    const keys = Object.keys(value).map((key) => key.slice(1));
    const plain = Object.fromEntries(keys.map((key) => [key, value[`_${key}`]]));
    orders.set(plain, keys);
    return plain;
  });
}

export const keysOf = (object) => orders.get(object) ?? Object.keys(object);

export const entriesOf = (object) => keysOf(object).map((key) => [key, object[key]]);

// An object of these entries, a line for each.
export const spelled = (entries) => (entries.length === 0 ? "{}" : `{\n${entries.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(",\n")}\n}`);
