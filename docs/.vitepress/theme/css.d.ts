/** Vite takes them in. */
declare module '*.css';
