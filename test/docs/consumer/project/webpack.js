import webpack from 'webpack';

const compiler = webpack({
  mode: 'production',
  entry: { plain: './src/plain.js' },
  output: { path: `${import.meta.dirname}/out/webpack` },
});
compiler.run((error, stats) => {
  if (error) throw error;
  if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
});
