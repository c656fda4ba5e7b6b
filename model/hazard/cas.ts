/** CAS registry number with a right check digit: the last digit is Σ (place · digit) mod 10, places counted from the right without it. */
export function isCas(text: string): boolean {
  if (!/^[1-9]\d{1,6}-\d\d-\d$/.test(text)) return false;
  const digits = text.replaceAll('-', '');
  let sum = 0;
  for (let place = 1; place < digits.length; place += 1) sum += place * Number(digits[digits.length - 1 - place]);
  return sum % 10 === Number(digits.at(-1));
}
