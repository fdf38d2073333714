/** Sizes with units, as an attribute of the element or a setting of the Worker has them. */

const SIZE = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(?:([kmgt]?)(i?)b)?\s*$/i;

/**
 * The number of bytes in a text such as `20 MB`, `1.5GiB` or `1048576`. kB, MB, GB and TB are powers
 * of 1,000; KiB, MiB, GiB and TiB are powers of 1,024. Upper and lower case do not matter.
 *
 * @returns undefined if the text is not a size, or is larger than a safe integer.
 */
export function parseSize(text: string): number | undefined {
  const [match, number, prefix = '', binary] = SIZE.exec(text) ?? [];
  if (match === undefined || (binary && prefix === '')) return undefined;
  const power = ['', 'k', 'm', 'g', 't'].indexOf(prefix.toLowerCase());
  const bytes = Math.round(Number(number) * (binary ? 1024 : 1000) ** power);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
