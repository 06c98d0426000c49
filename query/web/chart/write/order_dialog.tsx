// To order a drug: what is typed, what the node says against it, for whom it is, signed.
import { useState } from 'preact/hooks';
import { CheckedOrder, type OrderWriting } from './checked_order.tsx';
import { complete, empty, OrderForm, type Fields } from './order_form.tsx';
import { medicationRequest } from './resources.ts';

export function OrderDialog(props: OrderWriting) {
  const patient = props.chart.patient_id;
  const [fields, setFields] = useState<Fields>(empty);
  const draft = complete(fields);
  return (
    <CheckedOrder {...props} title="Order a medication" act="Sign" order={draft && medicationRequest(patient, draft, 'new', 'active')}>
      <OrderForm patient={patient} fields={fields} change={(part) => setFields({ ...fields, ...part })} />
    </CheckedOrder>
  );
}
