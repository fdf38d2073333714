import { css } from 'lit';

/** How the list looks: totals, rows, bars, tiles. */
export const rowStyles = css`
  .summary {
    display: grid;
    grid-template-columns: 1fr auto;
    align-items: center;
    column-gap: 12px;
    margin-block: 16px 4px;
    min-block-size: 32px;
  }
  .total {
    font-size: 0.875em;
  }
  b {
    font-weight: 600;
  }
  .total span {
    color: var(--soft);
  }
  .summary .bar {
    grid-column: 1 / -1;
    margin-block-start: 6px;
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
    display: grid;
    grid-template-columns: 40px minmax(0, 1fr) auto;
    column-gap: 12px;
    align-items: center;
    padding-block: 10px;
  }
  .row + .row {
    border-block-start: 1px solid var(--line);
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
    background: var(--hush);
    display: grid;
    place-items: center;
    font-size: 11px;
    font-weight: 650;
    letter-spacing: 0.02em;
    text-transform: uppercase;
  }
  .thumb > [aria-hidden] {
    color: var(--soft);
  }
  canvas {
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
    border-radius: inherit;
  }
  .name {
    display: flex;
    font-weight: 500;
  }
  .name bdi {
    display: flex;
    min-inline-size: 0;
    white-space: pre;
  }
  .stem {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .end {
    flex: none;
  }
  .meta {
    font-size: 0.8125em;
    display: flex;
    flex-wrap: wrap;
    column-gap: 8px;
  }
  .meta span:not(.status) {
    color: var(--soft);
  }
  .bar {
    block-size: 6px;
    border-radius: 3px;
    background: color-mix(in oklab, currentColor 12%, transparent);
    overflow: hidden;
    position: relative;
    margin-block-start: 7px;
  }
  .fill,
  .sent {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 0;
    border-radius: 3px;
    background: var(--accent);
  }
  .fill {
    inline-size: calc(var(--loaded) * 100%);
  }
  .sent {
    inline-size: calc(var(--sent) * 100%);
    opacity: 0.32;
  }
  .actions {
    display: flex;
    gap: 2px;
  }
  .act {
    min-inline-size: 32px;
    block-size: 32px;
    display: grid;
    place-items: center;
    padding: 0;
    border: 0;
    border-radius: 8px;
    background: none;
    color: var(--soft);
    cursor: pointer;
  }
  .act:hover {
    background: var(--hush);
    color: inherit;
  }
  .act:disabled {
    opacity: 0.5;
    pointer-events: none;
  }
  .act svg {
    inline-size: 18px;
    block-size: 18px;
  }
  .text {
    padding-inline: 10px;
    font: inherit;
    font-size: 0.8125em;
    font-weight: 600;
    color: var(--accent);
    grid-auto-flow: column;
    gap: 6px;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .row :focus-visible {
    outline-offset: 1px;
  }
  .badge {
    position: absolute;
    inset-inline-end: -5px;
    inset-block-end: -5px;
    inline-size: 18px;
    block-size: 18px;
    border-radius: 50%;
    background: var(--success);
    color: var(--paper);
    display: grid;
    place-items: center;
    box-shadow: 0 0 0 2px var(--paper);
  }
  .badge svg {
    inline-size: 12px;
    block-size: 12px;
    stroke-width: 3;
  }
  .row-failed .status {
    color: var(--danger);
  }
  .row-waiting .status {
    color: var(--warning);
  }
  :is(.row-paused, .row-waiting) .sent {
    display: none;
  }
  .row-waiting .fill {
    background: var(--warning);
  }
  .row-paused .fill {
    background: var(--soft);
  }
`;
