/** Sizes of files, in the words of the element. */

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'];

/**
 * “4.2 MB”, as the element above the list says it (`widget/i18n/localizer.ts`, of which the Worker's half
 * imports nothing).
 *
 * @param locale that of the browser by default.
 */
export function sizeText(bytes: number, locale?: string): string {
  let step = 0;
  let value = bytes;
  for (; value >= 999.5 && step < UNITS.length - 1; step++) value /= 1000;
  const unit = UNITS[step] ?? 'byte';
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    // The short form in English would be “3 byte”.
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: Number(step > 2 ? value < 100 : step > 1 && value < 10),
  }).format(value);
}
