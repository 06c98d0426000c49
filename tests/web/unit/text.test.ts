// Notation that cannot be misread.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age } from '../../../query/web/text/age.ts';
import { ago, day, exactMoment, moment, namedDates, typedDay } from '../../../query/web/text/date.ts';
import { amount, dose, number, range, unit } from '../../../query/web/text/number.ts';
import { coded, genderAndSex, personName } from '../../../query/web/text/word.ts';

test('numbers have no separator, no trailing zero, a leading zero and no exponent', () => {
  assert.equal(number(JSON.parse('1250000.0')), '1250000');
  assert.equal(number(JSON.parse('1.50')), '1.5');
  assert.equal(number(JSON.parse('0.5')), '0.5');
  assert.equal(number(1.25e-7), '0.000000125');
  assert.equal(number(-1e21), '-1000000000000000000000');
});

test('a microgram is mcg, whatever letter was sent', () => {
  for (const sent of ['ug', 'µg', 'μg']) assert.equal(unit(sent), 'mcg');
  assert.equal(unit('ug/L'), 'mcg/L');
  assert.equal(unit('mm[Hg]'), 'mmHg');
  assert.equal(unit('mL/min/{1.73_m2}'), 'mL/min/1.73 m²');
  assert.equal(dose('take 2.0 mg, then .5 mg or 50 µg'), 'take 2 mg, then 0.5 mg or 50 mcg');
  assert.equal(dose('0.05 mg in 10.05 mL'), '0.05 mg in 10.05 mL');
});

test('an amount has its bound and its unit', () => {
  assert.equal(amount({ value: 5, comparator: '<', unit: 'ng/mL', code: 'ng/mL' }), '< 5 ng/mL');
  assert.equal(amount({ value: 6.5, unit: '%', code: '%' }), '6.5%');
  assert.equal(amount(undefined), '');
  assert.equal(range(135, 145, 'mmol/L'), '135–145 mmol/L');
  assert.equal(range(undefined, { value: 5, code: 'mg/L' }), 'up to 5 mg/L');
});

test('dates have the name of their month and the precision they were sent with', () => {
  assert.equal(day('2024-06-04'), '4 Jun 2024');
  assert.equal(day('2024-06'), 'Jun 2024');
  assert.equal(day('2024'), '2024');
  assert.equal(moment('2024-06-04T13:39:00-05:00'), '4 Jun 2024, 13:39');
  assert.equal(exactMoment('2024-06-04T13:39:00-05:00'), '4 Jun 2024, 13:39 (UTC−05:00)');
  assert.equal(day('about June'), 'about June');
  assert.equal(ago('2024-06-04', Date.parse('2024-06-06T10:00:00Z')), '2 days ago');
  assert.equal(ago('2020-06-04', Date.parse('2024-06-06T10:00:00Z')), '4 years ago');
});

test('a typed date is read in the ways that mean one day only', () => {
  assert.equal(typedDay('4 jun 1960'), '1960-06-04');
  assert.equal(typedDay('June 4, 1960'), '1960-06-04');
  assert.equal(typedDay('Jun 1960'), '1960-06');
  assert.equal(typedDay('1960'), '1960');
  assert.equal(typedDay('04/06/1960'), null);
  assert.equal(typedDay('mary 1960'), null);
});

test('ages of children are in days, weeks and months', () => {
  assert.equal(age('2024-06-04', '2024-06-07'), '3 days');
  assert.equal(age('2024-06-04', '2024-08-01'), '8 weeks');
  assert.equal(age('2024-06-04', '2025-07-05'), '13 months');
  assert.equal(age('2016-06-04', '2024-08-05'), '8 years 2 months');
  assert.equal(age('1960-06-04', '2024-06-03'), '63 years');
  assert.equal(age('1960', '2024-08-01'), 'about 64 years');
  assert.equal(age('2030-01-01', '2024-08-01'), '');
});

test('names and codes are read without their machinery', () => {
  assert.equal(personName({ family: 'Abelson', given: 'Anselm' }), 'Abelson, Anselm');
  assert.equal(coded({ display: 'Sinusitis (disorder)' }), 'Sinusitis');
  assert.equal(genderAndSex('female', 'M'), 'Female (male at birth)');
  assert.equal(genderAndSex('male', 'M'), 'Male');
});

test('dates inside a text have the name of their month, and nothing of them is lost', () => {
  assert.equal(namedDates('born before 1980-01-01 in U.S.'), 'born before 1 Jan 1980 in U.S.');
  assert.equal(namedDates('2021-10-02T10:00:30.5-05:00'), '2 Oct 2021, 10:00:30.5 (UTC−05:00)');
  assert.equal(namedDates('from 2021-02-03T10:00 to 2021-02-04.'), 'from 3 Feb 2021, 10:00 to 4 Feb 2021.');
  for (const other of ['Patient/2021-10-02', 'x-2021-10-02-y', '2021-13-02', '2021-10', '']) assert.equal(namedDates(other), other);
  assert.equal(namedDates(undefined), '');
});
