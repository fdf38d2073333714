/** How attributes become values. What cannot be read is reported and counts as not written. */
import type { PropertyDeclaration } from 'lit';

/**
 * Bytes of “20 MB”, “1.5GiB” or “1048576”; undefined for anything else. kB, MB, GB and TB are
 * decimal, as on drives; KiB, MiB, GiB and TiB are powers of 1,024.
 */
export function parseBytes(text: string): number | undefined {
  const [whole, number, prefix, binary] =
    /^\s*([\d.]+)\s*(?:([kmgt](i?))?b)?\s*$/i.exec(text) ?? [];
  const power = ' kmgt'.indexOf(prefix?.[0]?.toLowerCase() ?? ' ');
  const bytes = Math.round(Number(number) * (binary ? 1024 : 1000) ** power);
  return whole === undefined || Number.isNaN(bytes) ? undefined : bytes;
}

/** An attribute that is a number: of bytes, with or without a unit, or of anything else. */
export function numberAttribute(attribute: string): PropertyDeclaration {
  return {
    attribute,
    converter(text) {
      const value = parseBytes(text ?? '');
      // Reported, not thrown: a limit that is misspelt must be seen, and must not break the page.
      if (text && value === undefined) {
        reportError(new TypeError(`<s3-upload ${attribute}="${text}">: not a number or a size`));
      }
      return value;
    },
  };
}

/** A switch that pages style by. */
export const reflectedSwitch: PropertyDeclaration = { type: Boolean, reflect: true };

export function switchAttribute(attribute: string): PropertyDeclaration {
  return { type: Boolean, attribute };
}
