import type { Defect } from '../domain/defect.ts';
import { defineMessages } from './define.ts';

/** The 13 defect types. */
export const defects = defineMessages('defect', {
  'defect.Short_Shot': { ko: '미성형', en: 'Short shot', vi: 'Thiếu liệu' },
  'defect.Bubble': { ko: '기포', en: 'Bubble', vi: 'Bọt khí' },
  'defect.Exfoliation': { ko: '박리', en: 'Exfoliation', vi: 'Bong tróc' },
  'defect.Blow_Hole': { ko: '기공', en: 'Blow hole', vi: 'Rỗ khí' },
  'defect.Stain': { ko: '얼룩', en: 'Stain', vi: 'Vết ố' },
  'defect.Dent': { ko: '찍힘', en: 'Dent', vi: 'Móp' },
  'defect.Deformation': { ko: '변형', en: 'Deformation', vi: 'Biến dạng' },
  'defect.Contamination': { ko: '오염', en: 'Contamination', vi: 'Nhiễm bẩn' },
  'defect.Impurity': { ko: '불순물', en: 'Impurity', vi: 'Tạp chất' },
  'defect.Crack': { ko: '크랙', en: 'Crack', vi: 'Nứt' },
  'defect.Scratch': { ko: '긁힘', en: 'Scratch', vi: 'Trầy xước' },
  'defect.Burning_Mark': { ko: '소착', en: 'Burning mark', vi: 'Vết cháy' },
  'defect.Inclusions': { ko: '개재물', en: 'Inclusions', vi: 'Lẫn tạp (ngậm xỉ)' },
}) satisfies Record<`defect.${Defect}`, unknown>;
