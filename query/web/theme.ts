// Light or dark: as the system has it until somebody chooses, then as chosen in this browser.
export type Theme = 'system' | 'light' | 'dark';

const key = 'chartlog.theme';
const systemIsDark = () => window.matchMedia('(prefers-color-scheme: dark)');

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(key);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

// Says `themechange` to what is drawn on a canvas.
function apply(): void {
  const theme = chosenTheme();
  document.documentElement.dataset.theme = theme === 'system' ? (systemIsDark().matches ? 'dark' : 'light') : theme;
  window.dispatchEvent(new Event('themechange'));
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(key);
  else localStorage.setItem(key, theme);
  apply();
}

export function startTheme(): void {
  apply();
  systemIsDark().addEventListener('change', apply);
}
