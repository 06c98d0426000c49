// Which form is open over the chart, and the one way to open one. In the past there is none.
import { createContext } from 'preact';
import { useContext, useState } from 'preact/hooks';
import type { ChartStore, ChartView } from '../chart_store.ts';
import type { Test } from '../results.ts';
import type { MedicationLine } from '../types.ts';
import { ChangeDialog, RenewDialog } from './next_order_dialogs.tsx';
import { OrderDialog } from './order_dialog.tsx';
import { AllergyDialog, ProblemDialog, VitalsDialog } from './simple_dialogs.tsx';
import { StopDialog } from './stop_dialog.tsx';

export type Form = { kind: 'order' | 'vitals' | 'problem' | 'allergy' } | { kind: 'renew' | 'change' | 'stop'; line: MedicationLine };

export const OpenForm = createContext<((form: Form) => void) | null>(null);
// Null: nothing can be written here.
export const useOpenForm = () => useContext(OpenForm);

interface Props { form: Form; view: ChartView; tests: readonly Test[]; store: ChartStore; close(): void }

export function OpenedForm({ form, view, tests, store, close }: Props) {
  const [came] = useState(view.came);
  const written = (position: string | null) => {
    close();
    void store.load(position);
  };
  const writing = { chart: view.chart!, tests, close, written };
  const news = view.came === came ? [] : view.came;
  switch (form.kind) {
    case 'order': return <OrderDialog {...writing} came={news} />;
    case 'renew': return <RenewDialog {...writing} came={news} line={form.line} />;
    case 'change': return <ChangeDialog {...writing} came={news} line={form.line} />;
    case 'stop': return <StopDialog {...writing} line={form.line} />;
    case 'vitals': return <VitalsDialog {...writing} />;
    case 'problem': return <ProblemDialog {...writing} />;
    case 'allergy': return <AllergyDialog {...writing} />;
  }
}

// A button that opens a form; absent where nothing can be written.
export function WriteButton({ form, word }: { form: Form; word: string }) {
  const open = useOpenForm();
  return open && <button type="button" onClick={() => open(form)}>{word}</button>;
}
