// Entry: the theme as it was chosen, then the shell.
import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './theme.css';
import './shell.css';
import './chart.css';
import './parts.css';
import './population.css';
import './audit.css';
import './operations.css';
import { Shell } from './shell.tsx';
import { startTheme } from './theme.ts';

startTheme();
const root = document.createElement('div');
root.id = 'root';
document.body.prepend(root);
render(<Shell />, root);
