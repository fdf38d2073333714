/**
 * Reads a `_headers` file, which tells Cloudflare the headers of static assets:
 * https://developers.cloudflare.com/workers/static-assets/headers/
 */

interface Rule {
  readonly pattern: RegExp;
  readonly headers: readonly (readonly [string, string])[];
}

/** Returns the headers for a path, of all rules that match it. */
export function readHeaderRules(text: string): (path: string) => Headers {
  const rules = text
    .split(/\n(?=\S)/)
    .filter((block) => block.trim() !== '')
    .map(ruleOf);
  return (path) => {
    const headers = new Headers();
    for (const rule of rules) {
      if (!rule.pattern.test(path)) continue;
      for (const [name, value] of rule.headers) headers.append(name, value);
    }
    return headers;
  };
}

function ruleOf(block: string): Rule {
  const [path = '', ...lines] = block.trim().split('\n');
  const source = path.trim().split('*').map(escaped).join('.*');
  return {
    pattern: new RegExp(`^${source}$`),
    headers: lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\/]/g, '\\$&');
}
