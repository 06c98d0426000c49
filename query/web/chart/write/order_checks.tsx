// What the node says against a draft, before it is signed: cards that stop want a reason.
import { Chip } from '../../parts/chip.tsx';
import { day, namedDates } from '../../text/date.ts';
import { plain } from '../../text/word.ts';
import type { Tier } from '../types.ts';

export interface Card {
  uuid?: string;
  rule: string;
  tier: Tier;
  lowered_from?: Tier;
  kind: string;
  summary: string;
  detail: string;
  source: { title: string; section?: string; compared: boolean; compared_on?: string };
}
export interface Reason { code: string; display: string }
export interface CheckAnswer {
  position: string;
  record: string;
  notice: string;
  not_checked: string[];
  cards: Card[];
  alerts: { not_recorded: number; because?: string };
  override_reasons: Reason[];
}

export const keyOfCard = (card: Card): string => card.uuid ?? `${card.rule} ${card.summary}`;

const tones = { stop: 'danger', warn: 'warn', note: 'plain' } as const;
const words: Readonly<Record<Tier, string>> = { stop: 'Stop', warn: 'Warning', note: 'Note' };

interface CardProps { card: Card; reasons: readonly Reason[]; chosen: string; choose(code: string): void }

function CardRow({ card, reasons, chosen, choose }: CardProps) {
  return (
    <li>
      <Chip tone={tones[card.tier]}>{words[card.tier]}: {plain(card.kind)}</Chip>{' '}
      {card.lowered_from && <Chip>overridden before, was {card.lowered_from}</Chip>}
      <div><strong>{card.summary}</strong></div>
      <div>{namedDates(card.detail)}</div>
      <div class="quiet small">{[card.source.title, card.source.section, card.source.compared ? `compared ${day(card.source.compared_on)}` : 'not compared with its source'].filter(Boolean).join('; ')}</div>
      {card.tier === 'stop' && (
        <label>Go on, because
          <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">Choose a reason</option>
            {reasons.map((reason) => <option value={reason.code}>{reason.display}</option>)}
          </select>
        </label>
      )}
    </li>
  );
}

interface Props { checked: CheckAnswer; reasons: Readonly<Record<string, string>>; choose(key: string, code: string): void }

export function OrderChecks({ checked, reasons, choose }: Props) {
  const notes = checked.cards.filter((card) => card.tier === 'note'), serious = checked.cards.filter((card) => card.tier !== 'note');
  const row = (card: Card) => <CardRow key={keyOfCard(card)} card={card} reasons={checked.override_reasons} chosen={reasons[keyOfCard(card)] ?? ''} choose={(code) => choose(keyOfCard(card), code)} />;
  return (
    <section class="checks" aria-label="Checks">
      {serious.length === 0 && <p class="panel good">No stop and no warning{notes.length > 0 ? `, ${notes.length} note${notes.length === 1 ? '' : 's'}` : ''}; {checked.notice}.</p>}
      <ul class="alerts">{serious.map(row)}</ul>
      {notes.length > 0 && <details><summary>{notes.length} note{notes.length === 1 ? '' : 's'}</summary><ul class="alerts">{notes.map(row)}</ul></details>}
      {checked.not_checked.length > 0 && (
        <div class="panel"><strong>Not checked</strong><ul>{checked.not_checked.slice(0, 8).map((one) => <li>{one}</li>)}{checked.not_checked.length > 8 && <li>and {checked.not_checked.length - 8} more</li>}</ul></div>
      )}
    </section>
  );
}
