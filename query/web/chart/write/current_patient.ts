// Whose chart was looked at last, over all tabs of this browser: nothing is signed in a tab that was
// left for another patient's chart. Nothing is stored.
import { useEffect, useState } from 'preact/hooks';

interface Opened { patient: string }

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('chartlog.patient');

export function useCurrentPatient(patient: string): { isCurrent: boolean; makeCurrent(): void } {
  const [isCurrent, setIsCurrent] = useState(true);
  const makeCurrent = () => {
    channel?.postMessage({ patient } satisfies Opened);
    setIsCurrent(true);
  };
  useEffect(() => {
    const hear = (event: MessageEvent<Opened>) => setIsCurrent(event.data.patient === patient);
    channel?.addEventListener('message', hear);
    makeCurrent();
    return () => channel?.removeEventListener('message', hear);
  }, [patient]);
  return { isCurrent, makeCurrent };
}
