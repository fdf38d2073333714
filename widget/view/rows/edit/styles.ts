import { css } from 'lit';

/** The look of the form in a row; loaded with its code. */
export const formStyles = css`
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
    flex: 1 12em;
    display: grid;
    gap: 2px;
    font-size: 0.8125em;
  }
  .edit :is(input, select) {
    font: inherit;
    min-block-size: 32px;
    inline-size: 100%;
  }
  /* A name is longer than what is said of the file. */
  .edit .stem-field {
    flex-basis: 24em;
  }
  .stem-field span {
    display: flex;
    align-items: center;
    gap: 4px;
  }
`;
