/** Metadata as Uppy sends it: everything it knows about a file, of any type. */

/**
 * Values that can be written as text. The others are left out, and the policy chooses from the
 * rest.
 */
export function metadataOf(sent: unknown): Record<string, string> {
  if (typeof sent !== 'object' || sent === null) return {};
  return Object.fromEntries(
    Object.entries(sent).flatMap(([name, value]: [string, unknown]) => {
      const plain = ['string', 'number', 'boolean'].includes(typeof value);
      return plain ? [[name, String(value)]] : [];
    }),
  );
}
