/** UCUM codes as people read them. Pure. */
const SHOWN: Readonly<Record<string, string>> = {
  '%{LEL}': '%LEL',
  '{LEL}.m': 'LEL·m',
  '[ppm]': 'ppm',
  '%{vol}': '%vol',
  '%{VOL}': '%VOL',
  '{dBm}': 'dBm',
  '{halfcycle}/s': '1/s',
  '[degF]': '°F',
  Cel: '°C',
  'Cel/min': '°C/min',
  deg: '°',
  m2: 'm²',
  m3: 'm³',
  'm3/h': 'm³/h',
  'mg/m3': 'mg/m³',
  'ug/m3': 'µg/m³',
  'm/s2': 'm/s²',
  Ohm: 'Ω',
  MOhm: 'MΩ',
  '1': '',
};

/** `%{LEL}` → `%LEL`, `Cel` → `°C`; braces and brackets of unknown codes are dropped, what only names a count is nothing. */
export function shownUnit(ucum: string | null | undefined): string {
  if (ucum === null || ucum === undefined) return '';
  return (
    SHOWN[ucum] ??
    ucum
      .replace(/^\{.*?\}/, '')
      .replace(/^\//, '1/')
      .replaceAll(/[{}[\]]/g, '')
  );
}

/** A value as it is read with its unit: `12.5 %LEL`, `40 °C`, `3`. */
export function withUnit(value: string, ucum: string | null | undefined): string {
  const unit = shownUnit(ucum);
  return unit === '' ? value : `${value} ${unit}`;
}
