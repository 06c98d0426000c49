// Patients looked at in this tab: kept by the browser until the tab is closed, and nowhere else.
export interface Recent { id: string; name: string; rest: string }

const key = 'chartlog.recent';
const kept = 8;

export function recentPatients(): Recent[] {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '[]') as Recent[];
  } catch {
    return [];
  }
}

export function rememberPatient(patient: Recent): void {
  const others = recentPatients().filter((one) => one.id !== patient.id);
  sessionStorage.setItem(key, JSON.stringify([patient, ...others].slice(0, kept)));
}

export function forgetPatients(): void {
  sessionStorage.removeItem(key);
}
