import { css } from 'lit';

/**
 * The look of everything except the rows. Text colour, font and size are the page's. Every grey is the
 * text colour with less opacity, and every other colour is mixed with the text colour, which makes it
 * darker where the text is dark and lighter where the text is light: it suits any background, also
 * that of a dark page without `color-scheme`. All of them can be set by custom properties.
 */
export const styles = css`
  :host {
    --accent: var(--s3-upload-accent, color-mix(in oklab, currentColor 16%, #2f73ff));
    --danger: var(--s3-upload-danger, color-mix(in oklab, currentColor 25%, #e8453a));
    --density: var(--s3-upload-density, 1);
    --soft: color-mix(in oklab, currentColor 73%, transparent);
    --line: color-mix(in oklab, currentColor 38%, transparent);
    --hush: color-mix(in oklab, currentColor 12%, transparent);
    --tone: var(--accent);
    display: block;
    container-type: inline-size;
    /* Where the surroundings ask: never so much that a narrow page would scroll sideways. */
    contain-intrinsic-inline-size: min(22rem, 50vi);
    line-height: 1.4;
    text-align: start;
    white-space: normal;
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  * {
    box-sizing: border-box;
  }
  .root {
    position: relative;
  }
  svg {
    inline-size: max(18px, 1.125em);
    aspect-ratio: 1;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
    flex: none;
  }
  button {
    font: inherit;
    font-weight: 600;
    color: var(--accent);
    background: none;
    border: 0;
    cursor: pointer;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .sr:not(:focus-visible, :has(:focus-visible)) {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    /* So that it does not hang out of a box that it is the last thing in. */
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .label {
    display: block;
    font-weight: 600;
    margin-block-end: 6px;
  }
  .hint,
  .error {
    color: var(--soft);
    font-size: 0.875em;
    margin-block: 6px 0;
  }
  .error {
    color: var(--danger);
    display: flex;
    gap: 6px;
    overflow-wrap: anywhere;
  }

  .zone {
    --tint: color-mix(in oklab, var(--tone) 10%, transparent);
    border: 1.5px solid var(--line);
    border-radius: var(--s3-upload-radius, 12px);
    padding: calc(28px * var(--density)) 20px;
    display: grid;
    justify-items: center;
    gap: 4px;
    text-align: center;
    cursor: pointer;
  }
  .droppable {
    border-style: dashed;
  }
  .icon {
    display: grid;
    place-items: center;
    inline-size: max(44px, 2.75em);
    aspect-ratio: 1;
    border-radius: 50%;
    background: var(--tint);
    color: var(--tone);
    margin-block-end: 8px;
  }
  .limits {
    color: var(--soft);
    font-size: 0.8125em;
  }
  .zone:not(.slim) .limits::first-letter {
    text-transform: uppercase;
  }
  .button {
    padding: 2px 4px;
    margin: -2px;
    border-radius: 6px;
    text-decoration: underline 1px;
    text-underline-offset: 3px;
  }
  .button:focus-visible {
    outline-offset: 0;
  }
  .slim {
    grid-template-columns: auto 1fr;
    grid-auto-flow: column;
    place-items: center start;
    text-align: start;
    padding: calc(10px * var(--density)) 14px;
    column-gap: 12px;
  }
  .slim .icon {
    inline-size: max(28px, 1.75em);
    margin: 0;
  }
  .dragging,
  .drag-reject {
    border: 1.5px solid var(--tone);
    background: var(--tint);
  }
  .dragging .icon {
    background: var(--accent);
    translate: 0 -4px;
  }
  /* Not on the icon itself, whose color the accent is mixed with. */
  .dragging .icon * {
    color: var(--s3-upload-paper, Canvas);
  }
  .drag-reject {
    --tone: var(--danger);
  }
  .drag-reject .limits {
    visibility: hidden;
  }
  .invalid {
    border-color: var(--danger);
  }
  .full {
    cursor: default;
  }
  .disabled,
  :disabled {
    opacity: 0.55;
    cursor: default;
  }
  .disabled :disabled {
    opacity: 1;
  }

  @container (max-width: 26em) {
    .slim {
      grid-auto-flow: row;
    }
    .slim > slot > :not(.icon) {
      grid-column: 2;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .zone {
      transition: background 0.15s;
    }
    .icon {
      transition: translate 0.2s cubic-bezier(0.2, 0.9, 0.3, 1.4);
    }
  }
  @media (forced-colors: active) {
    .dragging .icon {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
    .disabled,
    :disabled {
      color: GrayText;
      opacity: 1;
    }
  }
`;
