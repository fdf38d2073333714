/**
 * The seconds that a `Retry-After` header asks for, from either of its forms: a number of seconds or
 * a date (RFC 9110, section 10.2.3). A date in the past says only
 * that the clocks differ, and counts as missing.
 *
 * @param now milliseconds since the epoch.
 * @returns undefined if the header is missing or is not valid. `0` is a valid value: retry at once.
 */
export function parseRetryAfter(value: string | null, now = Date.now()): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text);
  // A date begins with the name of a day; Date.parse also reads numbers such as "-1" as dates.
  if (!/^[a-z]/i.test(text)) return undefined;
  const seconds = Math.ceil((Date.parse(text) - now) / 1000);
  return seconds >= 0 ? seconds : undefined;
}
