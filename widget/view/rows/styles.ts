import { css } from 'lit';

/** The look of the list: totals, rows, bars, tiles, and all buttons except the zone's. */
export const rowStyles = css`
  .act {
    min-inline-size: max(32px, 2em);
    block-size: max(32px, 2em);
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
  /* Inside its button, because a box that scrolls would cut a ring around it. */
  .act:focus-visible {
    outline-offset: -2px;
  }

  /* What a drop would do is seen wherever in a list of many rows the files are held. */
  .dragging,
  .drag-reject {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
    backdrop-filter: blur(1em);
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
    overflow-x: clip;
  }
  /* A figure takes its dot along to the next line, where the dot falls outside and is cut off. */
  .total {
    display: flex;
    flex-wrap: wrap;
    margin-inline-start: -1em;
    font-size: 0.875em;
  }
  b {
    font-weight: 600;
    padding-inline-start: 1em;
  }
  .dot {
    display: inline-block;
    inline-size: 1em;
    text-align: center;
    white-space: pre;
  }
  .total > *,
  .figure,
  .text {
    white-space: nowrap;
  }
  .figure,
  .tile {
    color: var(--soft);
  }
  .summary .bar {
    grid-column: 1 / -1;
  }

  .list {
    margin-block-start: 8px;
  }
  .interrupted + .list {
    margin-block-start: 20px;
    border-block-start: 1px solid var(--line);
    padding-block-start: 4px;
  }
  .long {
    max-block-size: var(--s3-upload-list-block-size, 70vh);
    overflow: auto;
    overscroll-behavior: contain;
  }
  .long::before,
  .long::after {
    content: '';
    display: block;
    block-size: var(--above);
  }
  .long::after {
    block-size: var(--below);
  }
  .row {
    --tile: calc(max(40px, 2.5em) * var(--density));
    grid-template-columns: var(--tile) minmax(0, 1fr) auto;
    padding-block: calc(10px * var(--density));
    /* What is positioned in a row scrolls with it. */
    position: relative;
  }
  .row + .row {
    border-block-start: 1px solid var(--hush);
  }
  .body {
    /* As with a bar, so that the rows below do not move when it goes. */
    min-block-size: calc(2.5em + 6px + 7px * var(--density));
    align-content: center;
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
    flex-shrink: 1e6;
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
    margin-block-start: calc(7px * var(--density));
  }
  .fill,
  .sent {
    position: absolute;
    /* The width leaves the end open, on the left or on the right. */
    inset: 0;
    inline-size: calc(var(--loaded) * 100%);
    border-radius: 3px;
    background: var(--tone);
  }
  .sent {
    /* Of 20 GB on a slow line it is less than a pixel for minutes; 0 stays 0. */
    inline-size: max(var(--sent) * 100%, min(3px, var(--sent) * 1e9px));
    opacity: 0.32;
  }
  .actions {
    flex-wrap: wrap;
    align-items: center;
    gap: 2px;
    justify-content: end;
  }
  .row .actions {
    /* Room for two buttons, so that the bar does not grow when one disappears. */
    min-inline-size: calc(2 * max(32px, 2em) + 2px);
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
  .row-failed {
    --tone: var(--danger);
  }
  .row-waiting,
  .waiting {
    --tone: var(--s3-upload-warning, color-mix(in oklab, currentColor 32%, #b97000));
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

  @container (max-width: 26em) {
    .row {
      --tile: calc(max(32px, 2em) * var(--density));
      column-gap: 10px;
    }
    .tile {
      font-size: max(9px, 0.5625em);
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
    [part='remove'] {
      margin-inline-start: auto;
    }
  }
  @container (max-width: 12em) {
    .row :is(.body, .actions) {
      grid-column: 2 / -1;
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
  @media print {
    .zone,
    .actions,
    .act {
      display: none;
    }
    .row {
      break-inside: avoid;
    }
    .bar,
    .badge {
      print-color-adjust: exact;
    }
    .long {
      max-block-size: none;
      overflow: visible;
    }
    .long::before,
    .long::after {
      display: none;
    }
  }
`;
