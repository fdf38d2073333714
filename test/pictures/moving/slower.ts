/** So many times slower than the film is everything that is taken: the line, the pointer, the clocks of the page. */
export const SLOWER = 5;
