/**
 * How attributes and properties become values. A property takes what its attribute takes; `null` and
 * `undefined` mean the default. A value that cannot be read is reported and counts as absent.
 */
import type { PropertyDeclaration } from 'lit';
import { parseSize } from '../../worker/protocol/util/size.ts';

/** Declares an attribute that holds a number, or a number of bytes with a unit such as `20 MB`. */
export function numberAttribute(attribute: string): PropertyDeclaration {
  return {
    attribute,
    converter(text) {
      const value = parseSize(text ?? '');
      // Reported, not thrown: a misspelt limit must be noticed, but must not break the page.
      if (text && value === undefined) {
        reportError(new TypeError(`<s3-upload ${attribute}="${text}">: not a number or a size`));
      }
      return value;
    },
  };
}

/** Declares a boolean attribute that is reflected because pages style by it. */
export const reflectedBoolean: PropertyDeclaration = { type: Boolean, reflect: true };

/** Declares a boolean attribute that is not reflected. */
export function booleanAttribute(attribute: string): PropertyDeclaration {
  return { type: Boolean, attribute };
}

/**
 * Makes the setter of a declared property take what its attribute takes. Frameworks set a property
 * wherever there is one, whether the template has a text, a value or nothing for it, and set it again
 * with every drawing: what is there already must not cause a request to the Worker.
 */
export function takeAttributeValues(
  prototype: object,
  name: PropertyKey,
  declaration: PropertyDeclaration,
): void {
  const { get, set } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
  if (!get || !set || declaration.noAccessor) return;
  Object.defineProperty(prototype, name, {
    get,
    set(given: unknown) {
      const value = valueOf(given, declaration);
      if (!isSame(value, get.call(this))) set.call(this, value);
    },
    configurable: true,
    enumerable: true,
  });
}

/** Lets every accessor that has only a getter ignore what is set. */
export function ignoreWrites(prototype: object): void {
  for (const [name, accessor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (!accessor.get || accessor.set) continue;
    Object.defineProperty(prototype, name, { ...accessor, set() {} });
  }
}

function valueOf(given: unknown, { attribute, type, converter }: PropertyDeclaration): unknown {
  if (type === Boolean) return typeof given === 'string' || Boolean(given);
  if (given === null || given === undefined) return undefined;
  if (attribute === false || typeof given === 'function') return given;
  const text = String(given);
  return typeof converter === 'function' ? converter(text) : text;
}

/** A component writes `headers={{…}}` as a new object each time. Functions in a list are compared by identity. */
function isSame(value: unknown, former: unknown): boolean {
  return (
    value === former ||
    (isRecord(value) && isRecord(former) && JSON.stringify(value) === JSON.stringify(former))
  );
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}
