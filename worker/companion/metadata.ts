/** Metadata as Uppy sends it: all that it knows of a file, of whatever type. */

/** What can be written down; `null` and the like are left out, and the policy picks from the rest. */
export function metadataOf(sent: unknown): Record<string, string> {
  if (typeof sent !== 'object' || sent === null) return {};
  return Object.fromEntries(
    Object.entries(sent).flatMap(([name, value]: [string, unknown]) => {
      const plain = ['string', 'number', 'boolean'].includes(typeof value);
      return plain ? [[name, String(value)]] : [];
    }),
  );
}

/** `metadata[name]=value` of a query. */
export function metadataOfQuery(query: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([given, value]) => {
      const name = /^metadata\[(.+)\]$/.exec(given)?.[1];
      return name === undefined ? [] : [[name, value]];
    }),
  );
}
