/** How attributes become values. What cannot be read is reported and counts as not written. */
import type { ComplexAttributeConverter, PropertyDeclaration } from 'lit';

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/**
 * Bytes of “20 MB”, “1.5GiB” or “1048576”; undefined for anything else. kB, MB, GB and TB are
 * decimal, as on drives; KiB, MiB, GiB and TiB are powers of 1,024.
 */
export function parseBytes(text: string): number | undefined {
  const [, number = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?b)?\s*$/i.exec(text) ?? [];
  const factor = FACTORS[unit.toUpperCase()];
  return number && factor ? Math.round(Number(number) * factor) : undefined;
}

/** Whole numbers from 0 on. */
function parseCount(text: string): number | undefined {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : undefined;
}

function converter(
  parse: (text: string) => number | undefined,
  wanted: string,
): ComplexAttributeConverter<number | undefined> {
  return {
    fromAttribute(text) {
      if (text === null) return undefined;
      const value = parse(text);
      // Reported, not thrown: a limit that is misspelt must be seen, and must not break the page.
      if (value === undefined)
        reportError(new TypeError(`<s3-upload>: “${text}” is not ${wanted}`));
      return value;
    },
    toAttribute: (value) => (value === undefined ? null : String(value)),
  };
}

export const sizeAttribute = (attribute: string): PropertyDeclaration => ({
  attribute,
  converter: converter(parseBytes, 'a size such as “20 MB”'),
});

export const countAttribute = (attribute: string): PropertyDeclaration => ({
  attribute,
  converter: converter(parseCount, 'a whole number'),
});

/** A switch that pages style by. */
export const reflectedSwitch: PropertyDeclaration = { type: Boolean, reflect: true };

export const switchAttribute = (attribute: string): PropertyDeclaration => ({
  type: Boolean,
  attribute,
});
