/** Whether waiting still helps (pkg/diagnose). Empty where nothing is found. */
export const OUTLOOKS = ['will recover', 'may recover', 'cannot recover'] as const;
export type Outlook = (typeof OUTLOOKS)[number] | '';

/** How well a finding is known (pkg/diagnose). Empty where nothing is found. */
export const CONFIDENCES = ['proven', 'likely', 'possible'] as const;
export type Confidence = (typeof CONFIDENCES)[number] | '';

/** A word that this version does not know says nothing. */
export function toOutlook(word: string): Outlook {
  return OUTLOOKS.find((outlook) => outlook === word) ?? '';
}

/** A word that this version does not know says nothing. */
export function toConfidence(word: string): Confidence {
  return CONFIDENCES.find((confidence) => confidence === word) ?? '';
}
