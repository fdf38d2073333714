/** Values of headers that are both signed and sent. */

/**
 * A header's value, trimmed and with single spaces. S3 normalises values like this before it compares
 * signatures, but not every store does.
 *
 * @throws RangeError for anything that is not printable ASCII.
 */
export function headerValue(value: string): string {
  const folded = value.replace(/ +/g, ' ').trim();
  if (!/^[\x20-\x7e]*$/.test(folded)) {
    throw new RangeError('a header value must be printable ASCII');
  }
  return folded;
}

/**
 * The value of `content-length`.
 *
 * @throws RangeError for anything except an integer of at least 0.
 */
export function lengthValue(bytes: number): string {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new RangeError(`bytes must be a whole number of at least 0, not ${bytes}`);
  }
  return String(bytes);
}
