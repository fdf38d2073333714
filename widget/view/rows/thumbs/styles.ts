import { css } from 'lit';

/** The look of a row's picture: its tile, what is in it, and the badge on its corner. */
export const thumbStyles = css`
  .picture {
    position: relative;
  }
  .thumb {
    aspect-ratio: 1;
    border-radius: 8px;
    background: color-mix(in oklab, currentColor 7%, transparent);
    display: grid;
    place-items: center;
  }
  .tile {
    font-size: max(11px, 0.6875em);
    font-weight: 650;
    text-transform: uppercase;
  }
  canvas {
    max-inline-size: 100%;
    max-block-size: 100%;
    border-radius: inherit;
  }
  .badge {
    position: absolute;
    inset-inline-end: -5px;
    inset-block-end: -5px;
    border-radius: 50%;
    background: var(--s3-upload-success, #15803d);
    color: var(--s3-upload-paper, #fff);
    line-height: 0;
  }
  .badge svg {
    padding: 3px;
    stroke-width: 3;
  }
  /* The page shows through a ring around the badge, whatever its background is. */
  .row-done .thumb {
    --radius: max(9px, 0.5625em);
    --x: calc(100% + 5px - var(--radius));
    mask: radial-gradient(
      circle at var(--x) calc(100% + 5px - var(--radius)),
      #0000 calc(var(--radius) + 2px),
      #000 calc(var(--radius) + 2.5px)
    );
  }
  .row-done .thumb:dir(rtl) {
    --x: calc(var(--radius) - 5px);
  }
`;
