import { css } from 'lit';

/** The look of the list: totals, rows, bars, tiles, and all buttons except the zone's. */
export const rowStyles = css`
  .act {
    min-inline-size: 32px;
    block-size: 32px;
    display: grid;
    grid-auto-flow: column;
    place-content: center;
    align-items: center;
    gap: 6px;
    padding: 0;
    border-radius: 8px;
    color: var(--soft);
  }
  /* Not the button's own title, which screen readers would read after its name. */
  .act > [title] {
    inline-size: 32px;
    block-size: 32px;
    display: grid;
    place-content: center;
  }
  .act:hover {
    background: var(--hush);
  }
  .errors .act {
    position: absolute;
    inset-block-start: 0;
    inset-inline-end: 0;
  }

  .summary,
  .heading,
  .row {
    display: grid;
    grid-template-columns: 1fr auto;
    align-items: center;
    column-gap: 12px;
  }
  .summary,
  .heading {
    margin-block: 16px 4px;
    min-block-size: 32px;
  }
  .total {
    font-size: 0.875em;
  }
  b {
    font-weight: 600;
  }
  .total b,
  .total span span,
  .meta span:not(.status),
  .text {
    white-space: nowrap;
  }
  .total > span,
  .meta span:not(.status),
  .thumb > [aria-hidden] {
    color: var(--soft);
  }
  .summary .bar {
    grid-column: 1 / -1;
  }

  .list {
    margin-block-start: 8px;
  }
  .long {
    max-block-size: var(--s3-upload-list-block-size, 70vh);
    overflow: auto;
    overscroll-behavior: contain;
  }
  .list::before,
  .list::after {
    content: '';
    display: block;
    block-size: var(--above);
  }
  .list::after {
    block-size: var(--below);
  }
  .row {
    grid-template-columns: 40px minmax(0, 1fr) auto;
    padding-block: 10px;
  }
  .row + .row {
    border-block-start: 1px solid var(--hush);
  }
  .body {
    min-block-size: 53px;
    align-content: center;
  }
  .thumb {
    position: relative;
    inline-size: 40px;
    block-size: 40px;
    border-radius: 8px;
    background: color-mix(in oklab, currentColor 7%, transparent);
    display: grid;
    place-items: center;
    font-size: 11px;
    font-weight: 650;
    text-transform: uppercase;
  }
  canvas {
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
    border-radius: inherit;
  }
  .name,
  .name bdi,
  .meta,
  .actions {
    display: flex;
  }
  .name {
    font-weight: 500;
  }
  .name bdi {
    min-inline-size: 0;
    white-space: pre;
  }
  .stem,
  .folder {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .folder {
    /* Gives way before the name does, and never altogether: it tells two files of one name apart. */
    flex-shrink: 100;
    min-inline-size: min(100%, 5ch);
    color: var(--soft);
    font-weight: 400;
  }
  .end {
    flex: none;
  }
  .meta {
    font-size: 0.8125em;
    flex-wrap: wrap;
    column-gap: 8px;
  }
  .bar {
    block-size: 6px;
    border-radius: 3px;
    background: var(--hush);
    overflow: hidden;
    position: relative;
    margin-block-start: 7px;
  }
  .fill,
  .sent {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 0;
    inline-size: calc(var(--loaded) * 100%);
    border-radius: 3px;
    background: var(--tone);
  }
  .sent {
    /* Of 20 GB on a slow line it is less than a pixel for minutes; 0 stays 0. */
    inline-size: max(var(--sent) * 100%, min(3px, var(--sent) * 1e9px));
    opacity: 0.32;
  }
  .edit-cell {
    display: contents;
  }
  .edit {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 8px 12px;
    padding-block-start: 8px;
  }
  .edit label {
    display: grid;
    gap: 2px;
    font-size: 0.8125em;
  }
  .edit :is(input, select) {
    font: inherit;
    min-block-size: 32px;
    max-inline-size: 100%;
  }
  .actions {
    gap: 2px;
    justify-content: end;
  }
  .summary .actions {
    flex-wrap: wrap;
  }
  .row .actions {
    /* Room for two buttons, so that the bar does not grow when one disappears. */
    min-inline-size: 66px;
  }
  @media (any-pointer: coarse) {
    /* A finger that means Pause must not cancel. */
    .row .actions {
      gap: 16px;
    }
    .row .act {
      min-inline-size: 44px;
      block-size: 44px;
    }
  }
  .text {
    padding-inline: 10px;
    font-size: 0.8125em;
    color: var(--accent);
  }
  .heading [data-act='discard'] {
    color: var(--soft);
  }
  .badge {
    position: absolute;
    inset-inline-end: -5px;
    inset-block-end: -5px;
    border-radius: 50%;
    background: var(--success);
    color: var(--paper);
    box-shadow: 0 0 0 2px var(--paper);
    line-height: 0;
    stroke-width: 3;
  }
  .badge svg {
    padding: 3px;
    stroke-width: 3;
  }
  .row-failed {
    --tone: var(--danger);
  }
  .row-waiting,
  .waiting {
    --tone: var(--warning);
  }
  .row-paused,
  .idle {
    --tone: var(--soft);
  }
  :is(.row-paused, .idle) .sent {
    display: none;
  }
  :is(.row-failed, .row-waiting) .status {
    color: var(--tone);
  }

  @container (max-width: 420px) {
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
    :is(.row-failed, .row-interrupted) :is(.body, .actions) {
      grid-column: 2 / -1;
    }
    :is(.summary, .heading) > span {
      grid-column: 1 / -1;
    }
    :is(.row-failed, .row-interrupted, .summary, .heading) .actions {
      justify-content: space-between;
      margin-inline-start: -10px;
    }
  }
  @media (forced-colors: active) {
    .bar {
      border: 1px solid;
    }
    .sent {
      display: none;
    }
    .bar .fill,
    .badge {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
`;
