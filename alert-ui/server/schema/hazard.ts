import { z } from 'zod';
import { epochMs } from './common.ts';

const confidence = z
  .enum(['V', 'V2', 'M'])
  .meta({ id: 'Sureness', description: 'V read in the tables, V2 in a secondary source, M from memory.' });
const symbol = z.string().min(1).max(10);

/** What people send: design maximum, never the stock of the day. */
const amount = z.strictObject({
  substance: z.string().min(1).max(60).optional().meta({ description: 'Id of a substance of Table 1, from GET /calculators/gb18218.' }),
  cas: z.string().min(1).max(20).optional(),
  classes: z.array(symbol).max(24).optional().meta({ description: 'Symbols of Table 2 such as W5.3, all that apply.' }),
  name: z.string().trim().min(1).max(200).optional(),
  designMaximumT: z.number().min(0).max(1e7).meta({ description: 'Design maximum in tonnes; the stock of the day classifies nothing.' }),
});
export const classificationBody = z.strictObject({
  people: z.int().min(0).max(1e8).meta({ description: 'People who live or work within 500 m outside the boundary.' }),
  substances: z.array(amount).min(1).max(200),
});

const working = z.object({
  substance: z.string().nullable(),
  cas: z.string().nullable(),
  zh: z.string(),
  en: z.string(),
  designMaximumT: z.number(),
  criticalT: z.number(),
  criticalFrom: z.string(),
  criticalConfidence: confidence,
  beta: z.number(),
  betaFrom: z.string(),
  betaConfidence: confidence,
  ratio: z.number(),
  weighted: z.number(),
});
const fields = {
  standard: z.literal('GB 18218-2018'),
  people: z.int(),
  alpha: z.number(),
  s: z.number().meta({ description: 'S = Σ q/Q; 1 or more is a major hazard installation.' }),
  r: z.number().meta({ description: 'R = α · Σ β·q/Q.' }),
  major: z.boolean(),
  class: z.enum(['I', 'II', 'III', 'IV']).nullable(),
  substances: z.array(working),
};
export const classification = z.object(fields).meta({ id: 'Classification' });
export const storedClassification = z.object({ ...fields, at: epochMs, by: z.string() }).meta({ id: 'StoredClassification' });

export const gb18218Tables = z.object({
  substances: z.array(
    z.object({
      id: z.string(),
      zh: z.string(),
      en: z.string(),
      cas: z.string().nullable(),
      criticalT: z.number(),
      criticalConfidence: confidence,
      beta: z.number().nullable(),
      hazardClass: z.string().nullable(),
      betaConfidence: confidence,
    }),
  ),
  classes: z.array(z.object({ symbol: z.string(), zh: z.string(), en: z.string(), criticalT: z.number(), beta: z.number() })),
});
