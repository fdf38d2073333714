/** Vite takes them in. */
declare module '*.css';
/** The text of a style sheet: https://vite.dev/guide/assets.html#importing-asset-as-string */
declare module '*.css?raw' {
  const text: string;
  export default text;
}
