/**
 * Milliseconds that a `Retry-After` header asks for, in both forms of RFC 9110, section 10.2.3:
 * seconds or a date. Undefined if there is no such header, or if it is neither.
 */
export function retryAfterMs(value: string | null): number | undefined {
  if (!value) return undefined;
  const seconds = Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return ms >= 0 ? ms : undefined;
}
