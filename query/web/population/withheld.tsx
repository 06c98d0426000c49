// What it means that a number is not shown.
import { fewPatients } from './measure_text.ts';

const reason = `Withheld: fewer than ${fewPatients} people, or a number from which so few could be worked out.`;

// On a tile, which has no room for the sentence.
export const Withheld = () => <span title={reason}> · few withheld</span>;

export const WithheldNote = () => <p class="panel small">{reason} For the stated purpose figures are shown, not the patients behind them.</p>;
