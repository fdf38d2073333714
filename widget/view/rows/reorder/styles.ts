import { css } from 'lit';

export const reorderStyles = css`
  .row:has([data-act='raise']:enabled) .thumb {
    cursor: grab;
    touch-action: none;
  }
  [data-dragged] {
    opacity: 0.5;
  }
  [data-drop] {
    position: relative;
  }
  [data-drop]::after {
    content: '';
    position: absolute;
    inset-inline: 0;
    block-size: 3px;
    border-radius: 2px;
    background: var(--accent);
    forced-color-adjust: none;
  }
  [data-drop='before']::after {
    inset-block-start: -2px;
  }
  [data-drop='after']::after {
    inset-block-end: -2px;
  }
  @container (max-width: 26em) {
    /* Four buttons beside the name would leave it no room. */
    .row:has([data-act='raise']) :is(.body, .actions) {
      grid-column: 2 / -1;
    }
    .row:has([data-act='raise']) .actions {
      justify-content: start;
      margin-inline-start: -10px;
    }
    .row:has([data-act='raise']) [part='cancel'] {
      margin-inline-start: auto;
    }
  }
`;
