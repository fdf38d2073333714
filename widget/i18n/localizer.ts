import { enZone } from './en-zone.ts';
import type { MessageId, Messages } from './en.ts';
import { messagesOf } from './locales.ts';

/** English, as far as it is loaded. */
const english: Messages = { ...enZone };

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'];

/** Adds the texts of the rows, when those are loaded. */
export function addEnglish(messages: Messages): void {
  Object.assign(english, messages);
}

type Values = Readonly<Record<string, string | number>>;

/** Messages, sizes and lists in one language. Formatters are created once. */
export class Localizer {
  readonly locale: string;
  /**
   * The language of the texts, if it is not the page's: then they need a `lang`, and a `dir`, which is
   * `ltr`. Otherwise a screen reader mispronounces them, and a page in Hebrew scrambles their figures.
   */
  readonly foreign: 'en' | undefined;
  readonly #translated: Messages;
  readonly #formats: Record<string, Intl.NumberFormat> = {};

  /**
   * `messages` take precedence over the locale's registered ones, and those over English. If there are
   * neither, numbers are English, too, so that no sentence mixes two languages.
   */
  constructor(tag: string, messages?: Messages) {
    this.locale = canonical(tag);
    const translated = { ...messagesOf(this.locale), ...messages };
    if (!this.locale.startsWith('en') && !('drop' in translated) && !messages) {
      this.locale = this.foreign = 'en';
    }
    this.#translated = translated;
  }

  /** The message with its `{…}` filled in. `n` chooses the plural form; numbers are formatted. */
  text(id: MessageId, values: Values = {}): string {
    const message = this.#translated[id] ?? english[id] ?? '';
    const rule = (): Intl.LDMLPluralRule =>
      new Intl.PluralRules(this.locale).select(Number(values['n']));
    const form = typeof message === 'string' ? message : (message[rule()] ?? message.other);
    return form.replace(/\{(\w+)\}/g, (whole, key: string) => {
      const value = values[key] ?? whole;
      return typeof value === 'number' ? this.number(value) : value;
    });
  }

  /** “4.2 MB”, in decimal units, as operating systems and drives use them. */
  bytes(bytes: number): string {
    const { unit, value, digits } = scale(bytes);
    return this.unit(value, unit, 0, digits);
  }

  /** “images, video and PDF”, “images, video or PDF”, or “images, video, PDF”. */
  list(
    items: Iterable<string>,
    type: Intl.ListFormatType,
    style: Intl.ListFormatStyle = 'long',
  ): string {
    return new Intl.ListFormat(this.locale, { type, style }).format(items);
  }

  /** “4.2 MB”, “50 sec”: a number with its unit. */
  unit(value: number, unit: string, minimumFractionDigits = 0, maximumFractionDigits = 0): string {
    return this.number(value, {
      style: 'unit',
      unit,
      // The short form in English would be “512 byte”.
      unitDisplay: unit === 'byte' ? 'long' : 'short',
      minimumFractionDigits,
      maximumFractionDigits,
    });
  }

  number(value: number, options: Intl.NumberFormatOptions = {}): string {
    const key = JSON.stringify(options);
    return (this.#formats[key] ??= new Intl.NumberFormat(this.locale, options)).format(value);
  }
}

/** The most readable unit for a size, and its number of fraction digits. */
export function scale(bytes: number): {
  readonly unit: string;
  readonly value: number;
  readonly divisor: number;
  readonly digits: number;
} {
  let step = 0;
  let divisor = 1;
  for (; bytes / divisor >= 999.5 && step < 5; step += 1) divisor *= 1000;
  const value = bytes / divisor;
  const digits = Number(step > 2 ? value < 100 : step > 1 && value < 10);
  return { unit: UNITS[step] ?? '', value, divisor, digits };
}

/** The canonical form of a tag. An invalid `lang` must not break the page. */
function canonical(tag: string): string {
  try {
    return new Intl.Locale(tag).toString();
  } catch {
    return 'en';
  }
}
