// A drug by the beginning of its name, from the knowledge in force; or text as it is typed, which is
// then said to be not checkable.
import { useId, useState } from 'preact/hooks';
import { withParameters } from '../../api.ts';
import { useAnswer } from '../../parts/answer.ts';
import type { Coded } from '../../text/word.ts';

interface Drugs { drugs: { drug: Coded; ingredients: { name: string }[] }[]; more: boolean }
interface Props { patient: string; label: string; chosen: Coded | null; choose(drug: Coded | null): void }

export function DrugBox({ patient, label, chosen, choose }: Props) {
  const [text, setText] = useState(chosen?.display ?? '');
  const [at, setAt] = useState(0);
  const id = useId();
  const open = chosen === null && text.trim().length > 1;
  const answer = useAnswer<Drugs>(open ? withParameters(`/charts/${encodeURIComponent(patient)}/medications/drugs`, { name: text.trim(), _count: 8 }) : null, 100);
  // Not before the node has answered: who types fast must not take text for a drug that is known.
  const options: Coded[] = open && !answer.loading ? [...(answer.body?.drugs ?? []).map((one) => one.drug), { display: text.trim() }] : [];
  const take = (drug: Coded) => {
    setText(drug.display ?? '');
    setAt(0);
    choose(drug);
  };
  const type = (typed: string) => {
    setText(typed);
    setAt(0);
    choose(null);
  };
  const move = (event: KeyboardEvent) => {
    if (options.length === 0) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) setAt((at + step + options.length) % options.length);
    else if (event.key === 'Enter') take(options[at]!);
    else return;
    event.preventDefault();
  };
  return (
    <div class="drug-box">
      <label for={id}>{label}</label>
      <input id={id} type="text" role="combobox" autocomplete="off" spellcheck={false} value={text} aria-expanded={options.length > 0} aria-controls={`${id}-list`}
        aria-activedescendant={options.length > 0 ? `${id}-${at}` : undefined} onInput={(event) => type(event.currentTarget.value)} onKeyDown={move} />
      <div role="listbox" id={`${id}-list`} aria-label={`${label}: matches`} hidden={options.length === 0}>
        {options.map((drug, i) => (
          <div role="option" id={`${id}-${i}`} key={drug.code ?? 'text'} aria-selected={i === at} onMouseMove={() => setAt(i)} onMouseDown={(event) => { event.preventDefault(); take(drug); }}>
            {drug.code ? drug.display : <>As text: “{drug.display}” <span class="quiet">(not checkable)</span></>}
          </div>
        ))}
      </div>
      {answer.error && <p class="small">{answer.error.message}</p>}
    </div>
  );
}
