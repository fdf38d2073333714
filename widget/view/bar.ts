import { html, noChange, nothing, type ElementPart, type TemplateResult } from 'lit';
import { Directive, directive } from 'lit/directive.js';

/**
 * Sets two custom properties through CSSOM. A `style` attribute, and Lit's `styleMap` on its first
 * render, are what `style-src 'self'` forbids: https://github.com/lit/lit/issues/4719
 */
class Widths extends Directive {
  override render(_loaded: number, _sent: number): typeof noChange {
    return noChange;
  }

  override update(part: ElementPart, [loaded, sent]: [number, number]): typeof noChange {
    const { style } = part.element as HTMLElement;
    style.setProperty('--loaded', `${loaded}`);
    style.setProperty('--sent', `${sent}`);
    return noChange;
  }
}

const widths = directive(Widths);

export interface BarValues {
  readonly label: string;
  readonly loaded: number;
  readonly sent: number;
  readonly bytes: number;
  /** What a screen reader says; left out while nothing is known. */
  readonly text?: string;
}

/** A named progress bar in two tones: what the store has, and behind it what is on its way. */
export function bar({ label, loaded, sent, bytes, text }: BarValues): TemplateResult {
  const part = (value: number): number => (bytes > 0 ? Math.min(1, value / bytes) : 0);
  return html`<div
    part="bar"
    class="bar"
    role="progressbar"
    aria-label=${label}
    aria-valuenow=${text === undefined ? nothing : Math.floor(part(loaded) * 100)}
    aria-valuetext=${text ?? nothing}
    ${widths(part(loaded), part(sent))}
  >
    <i part="sent" class="sent"></i><i part="fill" class="fill"></i>
  </div>`;
}
