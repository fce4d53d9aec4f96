// Sets light or dark before the first paint, as Mantine's ColorSchemeScript would do inline.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('granary.color-scheme');
  } catch {
    // Storage may be closed to us; then the system decides.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
