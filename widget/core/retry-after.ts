/** Milliseconds that a `Retry-After` asks for, in both forms of RFC 9110, 10.2.3: seconds or a date. */
export function retryAfterMs(value: string | null): number | undefined {
  if (!value) return undefined;
  const ms = Number(value) * 1000 || Date.parse(value) - Date.now();
  return ms >= 0 ? ms : undefined;
}
