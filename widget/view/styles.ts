import { css } from 'lit';

/**
 * The look of everything except the rows. Text colour, font and size are the page's; every grey is
 * the text colour with less opacity, so that it suits any background. All other colours can be set by
 * custom properties.
 */
export const styles = css`
  :host {
    --accent: var(--s3-upload-accent, light-dark(#1f5fe0, #7fa7ff));
    --danger: var(--s3-upload-danger, light-dark(#b3261e, #ff9a90));
    --success: var(--s3-upload-success, light-dark(#14703c, #6fd39a));
    --warning: var(--s3-upload-warning, light-dark(#8a5300, #f1bd6b));
    --paper: var(--s3-upload-paper, Canvas);
    --soft: color-mix(in oklab, currentColor 66%, transparent);
    --line: color-mix(in oklab, currentColor 38%, transparent);
    --hush: color-mix(in oklab, currentColor 12%, transparent);
    --tone: var(--accent);
    --tint: color-mix(in oklab, var(--tone) 10%, transparent);
    display: block;
    container-type: inline-size;
    /* Where the surroundings ask: never so much that a narrow page would scroll sideways. */
    contain-intrinsic-inline-size: min(22rem, 50vi);
    line-height: 1.4;
    text-align: start;
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
    display: flow-root;
  }
  svg {
    inline-size: 18px;
    block-size: 18px;
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
  .sr:not(:focus-within) {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
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
  .errors {
    display: flow-root;
    position: relative;
    padding-inline-end: 36px;
  }
  .error {
    color: var(--danger);
    display: flex;
    gap: 6px;
    overflow-wrap: anywhere;
  }

  .zone {
    position: relative;
    border: 1.5px dashed var(--line);
    border-radius: var(--s3-upload-radius, 12px);
    padding: 28px 20px;
    display: grid;
    justify-items: center;
    gap: 4px;
    text-align: center;
    cursor: pointer;
    transition: background 0.15s;
  }
  .icon {
    display: grid;
    place-items: center;
    inline-size: 44px;
    block-size: 44px;
    border-radius: 50%;
    background: var(--tint);
    color: var(--tone);
    margin-block-end: 8px;
    transition: translate 0.2s cubic-bezier(0.2, 0.9, 0.3, 1.4);
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
    grid-template-columns: auto 1fr auto;
    place-items: center start;
    text-align: start;
    padding: 10px 14px;
    column-gap: 12px;
  }
  .slim .icon {
    inline-size: 28px;
    block-size: 28px;
    margin: 0;
  }
  .dragging,
  .drag-reject {
    border: 1.5px solid var(--tone);
    background: var(--tint);
  }
  .dragging .icon {
    background: var(--accent);
    color: var(--paper);
    translate: 0 -4px;
  }
  .drag-reject .limits {
    visibility: hidden;
  }
  .invalid,
  .drag-reject {
    --tone: var(--danger);
    --tint: color-mix(in oklab, var(--tone) 10%, transparent);
    border-color: var(--tone);
  }
  .invalid {
    --tone: var(--accent);
    border-color: var(--danger);
  }
  .full {
    border-style: solid;
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

  @container (max-width: 420px) {
    .slim {
      grid-template-columns: auto 1fr;
    }
    .slim .limits {
      grid-column: 2;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .zone,
    .icon {
      transition: none;
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
