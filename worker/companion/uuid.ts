/** Ids for uploads that came without one. */

/**
 * A UUIDv7: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
 *
 * @param now milliseconds since the epoch.
 */
export function uuidv7(now: number): string {
  const time = Math.floor(now).toString(16).padStart(12, '0');
  const random = crypto.randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}
