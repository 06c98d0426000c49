// A patient's chart as a part of a page; what was shown stays until the next moment's answer is there.
import { useEffect, useState } from 'preact/hooks';
import { ChartStore, type ChartView } from './chart_store.ts';

export interface UsedChart { view: ChartView | null; store: ChartStore | null }

export function useChart(patient: string, asOf: string | null, at: string | null = null): UsedChart {
  const [state, setState] = useState<UsedChart>({ view: null, store: null });
  useEffect(() => {
    const store: ChartStore = new ChartStore(patient, asOf, at, (view) => {
      if (view.chart || view.error) setState({ view, store });
    });
    return () => store.stop();
  }, [patient, asOf, at]);
  return state.store?.patient === patient ? state : { view: null, store: null };
}
