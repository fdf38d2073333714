import { css } from 'lit';
import { rowStyles } from './row-styles.ts';

/**
 * The look. Text colour, font and size are the page's; every grey is the text colour thinned out, so
 * it fits whatever is behind it. What has a colour of its own can be set by a custom property.
 */
export const styles = css`
  :host {
    --accent: var(--s3-upload-accent, light-dark(#1f5fe0, #7fa7ff));
    --danger: var(--s3-upload-danger, light-dark(#b3261e, #ff9a90));
    --success: var(--s3-upload-success, light-dark(#14703c, #6fd39a));
    --warning: var(--s3-upload-warning, light-dark(#8a5300, #f1bd6b));
    --paper: var(--s3-upload-paper, Canvas);
    --radius: var(--s3-upload-radius, 12px);
    --soft: color-mix(in oklab, currentColor 66%, transparent);
    --line: color-mix(in oklab, currentColor 16%, transparent);
    --hush: color-mix(in oklab, currentColor 7%, transparent);
    --tint: color-mix(in oklab, var(--accent) 10%, transparent);
    display: block;
    container-type: inline-size;
    contain-intrinsic-inline-size: 22rem;
    line-height: 1.4;
    text-align: start;
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  ::before {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  svg {
    inline-size: 20px;
    block-size: 20px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
    flex: none;
  }
  .sr:not(:focus-within) {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
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
  .hint {
    color: var(--soft);
    font-size: 0.875em;
    margin-block: 6px 0;
  }
  .errors {
    position: relative;
  }
  .errors:has([data-act]) {
    padding-inline-end: 36px;
  }
  .errors [data-act] {
    position: absolute;
    inset-block-start: -5px;
    inset-inline-end: 0;
  }
  .error {
    color: var(--danger);
    font-size: 0.875em;
    margin-block: 6px 0;
    display: flex;
    gap: 6px;
    align-items: start;
    overflow-wrap: anywhere;
  }
  .error svg {
    inline-size: 16px;
    block-size: 16px;
    margin-block-start: 0.15em;
  }

  .zone {
    position: relative;
    border: 1.5px dashed color-mix(in oklab, currentColor 38%, transparent);
    border-radius: var(--radius);
    padding: 28px 20px;
    display: grid;
    justify-items: center;
    gap: 4px;
    text-align: center;
    cursor: pointer;
    transition:
      background 0.15s,
      border-color 0.15s;
  }
  .icon {
    display: grid;
    place-items: center;
    inline-size: 44px;
    block-size: 44px;
    border-radius: 50%;
    background: var(--tint);
    color: var(--accent);
    margin-block-end: 8px;
    transition: transform 0.2s cubic-bezier(0.2, 0.9, 0.3, 1.4);
  }
  .lead {
    font-weight: 500;
  }
  .zone:not(.slim) .limits::first-letter {
    text-transform: uppercase;
  }
  .limits {
    color: var(--soft);
    font-size: 0.8125em;
  }
  .button {
    font: inherit;
    font-weight: 600;
    color: var(--accent);
    background: none;
    border: 0;
    padding: 2px 4px;
    margin: -2px;
    border-radius: 6px;
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 3px;
    cursor: pointer;
  }
  .zone:hover .button {
    text-decoration-thickness: 2px;
  }
  .slim {
    grid-template-columns: auto 1fr auto;
    justify-items: start;
    align-items: center;
    text-align: start;
    padding: 10px 14px;
    gap: 12px;
  }
  .slim .icon {
    inline-size: 28px;
    block-size: 28px;
    margin: 0;
  }
  .slim .icon svg {
    inline-size: 16px;
    block-size: 16px;
  }
  .slim .lead {
    font-weight: inherit;
  }
  .dragging {
    border-style: solid;
    border-color: var(--accent);
    background: var(--tint);
  }
  .dragging .icon {
    transform: translateY(-4px);
    background: var(--accent);
    color: var(--paper);
  }
  .slim.dragging .icon {
    transform: none;
  }
  .drag-reject {
    border-style: solid;
    border-color: var(--danger);
    background: color-mix(in oklab, var(--danger) 8%, transparent);
  }
  .drag-reject .icon {
    background: color-mix(in oklab, var(--danger) 14%, transparent);
    color: var(--danger);
  }
  .drag-reject .limits {
    visibility: hidden;
  }
  .invalid {
    border-color: var(--danger);
  }
  .disabled {
    opacity: 0.55;
    cursor: default;
  }
  .disabled .button {
    cursor: default;
  }

  ${rowStyles}

  @container (max-width: 420px) {
    .zone:not(.slim) {
      padding: 20px 14px;
    }
    .row {
      grid-template-columns: 32px minmax(0, 1fr) auto;
      column-gap: 10px;
    }
    .thumb {
      inline-size: 32px;
      block-size: 32px;
      font-size: 9px;
    }
    .rate {
      display: none;
    }
    .slim {
      grid-template-columns: auto 1fr;
    }
    .slim .limits {
      grid-column: 2;
      margin-block-start: -10px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .zone,
    .icon {
      transition: none;
    }
  }
  @media (forced-colors: active) {
    .bar {
      border: 1px solid;
    }
    .fill {
      background: Highlight;
      forced-color-adjust: none;
    }
    .sent {
      display: none;
    }
    .disabled,
    .act:disabled {
      color: GrayText;
      opacity: 1;
    }
  }
`;
