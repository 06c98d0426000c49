// Which way is better, in words and sign.
import { directionText } from './measure_text.ts';
import type { Direction } from './types.ts';

export function DirectionWord({ direction }: { direction: Direction | undefined }) {
  const { sign, words, why } = directionText(direction);
  return <span class="direction" title={why}><span class="sign" aria-hidden="true">{sign}</span>{words}</span>;
}
