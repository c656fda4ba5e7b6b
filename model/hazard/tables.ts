/**
 * The tables of GB 18218-2018 as far as they are known to us: critical quantities Q of named substances (Table 1), Q and β of hazard
 * classes (Tables 2 and 4), β of named toxics (Table 3). Q in tonnes, β without unit.
 *
 * How sure a figure is stands beside it: `V` read in the tables as published code, `V2` in a secondary source, `M` from memory. Every CAS
 * number has a right check digit. Class wordings are shortened; people choose the symbol.
 */

export type Sureness = 'V' | 'V2' | 'M';

export interface HazardClass {
  /** J = acutely toxic, W = the other dangers, as the standard numbers them. */
  readonly symbol: string;
  readonly zh: string;
  readonly en: string;
  /** Critical quantity of a substance that Table 1 does not name, t. */
  readonly criticalT: number;
  readonly beta: number;
}

function hazardClass(symbol: string, zh: string, en: string, criticalT: number, beta: number): HazardClass {
  return { symbol, zh, en, criticalT, beta };
}

/** Tables 2 and 4: figures `V`, wordings `M`. */
export const HAZARD_CLASSES: readonly HazardClass[] = [
  hazardClass('J1', '急性毒性，类别1，所有暴露途径，气体', 'Acute toxicity cat. 1, any route, gas', 5, 4),
  hazardClass('J2', '急性毒性，类别1，所有暴露途径，固体、液体', 'Acute toxicity cat. 1, any route, solid or liquid', 50, 1),
  hazardClass('J3', '急性毒性，类别2、3，所有暴露途径，气体', 'Acute toxicity cat. 2, 3, any route, gas', 50, 2),
  hazardClass(
    'J4',
    '急性毒性，类别2、3，吸入途径，液体（沸点≤35℃）',
    'Acute toxicity cat. 2, 3, inhaled, liquid boiling at 35 °C or less',
    50,
    2,
  ),
  hazardClass('J5', '急性毒性，类别2，其他液体、固体', 'Acute toxicity cat. 2, other liquid or solid', 500, 1),
  hazardClass('W1.1', '爆炸物，不稳定爆炸物、1.1项', 'Explosive, unstable or 1.1', 1, 2),
  hazardClass('W1.2', '爆炸物，1.2、1.3、1.5、1.6项', 'Explosive 1.2, 1.3, 1.5, 1.6', 10, 2),
  hazardClass('W1.3', '爆炸物，1.4项', 'Explosive 1.4', 50, 2),
  hazardClass('W2', '易燃气体，类别1、2', 'Flammable gas cat. 1, 2', 10, 1.5),
  hazardClass('W3', '气溶胶，类别1、2（净重）', 'Aerosol cat. 1, 2 (net weight)', 150, 1),
  hazardClass('W4', '氧化性气体，类别1', 'Oxidising gas cat. 1', 50, 1),
  hazardClass(
    'W5.1',
    '易燃液体，类别1；类别2、3且工作温度高于沸点',
    'Flammable liquid cat. 1; cat. 2, 3 worked above its boiling point',
    10,
    1.5,
  ),
  hazardClass(
    'W5.2',
    '易燃液体，类别2、3，具有引发重大事故的特殊工艺条件',
    'Flammable liquid cat. 2, 3 under special process conditions',
    50,
    1,
  ),
  hazardClass('W5.3', '易燃液体，类别2（W5.1、W5.2 以外）', 'Flammable liquid cat. 2, other', 1000, 1),
  hazardClass('W5.4', '易燃液体，类别3（W5.1、W5.2 以外）', 'Flammable liquid cat. 3, other', 5000, 1),
  hazardClass('W6.1', '自反应物质和混合物，A型、B型', 'Self-reactive type A, B', 10, 1.5),
  hazardClass('W6.2', '自反应物质和混合物，C型、D型、E型', 'Self-reactive type C, D, E', 50, 1),
  hazardClass('W7.1', '有机过氧化物，A型、B型', 'Organic peroxide type A, B', 10, 1.5),
  hazardClass('W7.2', '有机过氧化物，C型、D型、E型、F型', 'Organic peroxide type C to F', 50, 1),
  hazardClass('W8', '自燃液体和自燃固体，类别1', 'Pyrophoric liquid or solid cat. 1', 50, 1),
  hazardClass('W9.1', '氧化性固体和液体，类别1', 'Oxidising solid or liquid cat. 1', 50, 1),
  hazardClass('W9.2', '氧化性固体和液体，类别2、3', 'Oxidising solid or liquid cat. 2, 3', 200, 1),
  hazardClass('W10', '易燃固体，类别1', 'Flammable solid cat. 1', 200, 1),
  hazardClass('W11', '遇水放出易燃气体的物质和混合物，类别1、2', 'Emits flammable gas with water, cat. 1, 2', 200, 1),
];

export interface NamedSubstance {
  /** Our own short name, stable. */
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly cas: string | null;
  /** Q of Table 1, t. */
  readonly criticalT: number;
  readonly criticalConfidence: Sureness;
  /** β of Table 3 where it stands there. */
  readonly beta: number | null;
  /** Symbol whose β counts where Table 3 does not name it: our own reading of its classes. null = people have to choose. */
  readonly hazardClass: string | null;
  /** Of the β: of Table 3, or of the class we chose. */
  readonly betaConfidence: Sureness;
}

function named(
  id: string,
  zh: string,
  en: string,
  cas: string | null,
  criticalT: number,
  beta: number | null,
  symbol: string | null,
): NamedSubstance {
  const betaConfidence = beta === null ? 'M' : 'V';
  return { id, zh, en, cas, criticalT, criticalConfidence: 'V2', beta, hazardClass: symbol, betaConfidence };
}

/** Table 1, the common ones. Diesel is not in it: flammable liquid cat. 3, so W5.4. */
export const NAMED_SUBSTANCES: readonly NamedSubstance[] = [
  named('ammonia', '氨', 'Ammonia', '7664-41-7', 10, 2, null),
  named('chlorine', '氯', 'Chlorine', '7782-50-5', 5, 4, null),
  named('hydrogen-sulphide', '硫化氢', 'Hydrogen sulphide', '7783-06-4', 5, 5, null),
  named('hydrogen-chloride', '氯化氢（无水）', 'Hydrogen chloride, anhydrous', '7647-01-0', 20, 3, null),
  named('hydrogen-fluoride', '氟化氢', 'Hydrogen fluoride', '7664-39-3', 1, 5, null),
  named('hydrogen-cyanide', '氰化氢', 'Hydrogen cyanide', '74-90-8', 1, 10, null),
  named('sulphur-dioxide', '二氧化硫', 'Sulphur dioxide', '7446-09-5', 20, 2, null),
  named('sulphur-trioxide', '三氧化硫', 'Sulphur trioxide', '7446-11-9', 75, null, null),
  named('nitrogen-dioxide', '二氧化氮', 'Nitrogen dioxide', '10102-44-0', 1, 10, null),
  named('phosgene', '光气', 'Phosgene', '75-44-5', 0.3, 20, null),
  named('phosphine', '磷化氢', 'Phosphine', '7803-51-2', 1, 20, null),
  named('arsine', '砷化氢', 'Arsine', '7784-42-1', 1, null, 'J1'),
  named('ethylene-oxide', '环氧乙烷', 'Ethylene oxide', '75-21-8', 10, 2, null),
  named('propylene-oxide', '环氧丙烷', 'Propylene oxide', '75-56-9', 10, null, 'W5.1'),
  named('formaldehyde', '甲醛（含量＞90%）', 'Formaldehyde (> 90 %)', '50-00-0', 5, null, 'J3'),
  named('coal-gas', '煤气（CO，CO 和 H₂、CH₄ 的混合物等）', 'Coal gas (CO, mixtures of CO with H₂ and CH₄)', null, 20, null, 'J3'),
  named('methyl-bromide', '溴甲烷', 'Methyl bromide', '74-83-9', 10, 3, null),
  named('methyl-isocyanate', '异氰酸甲酯', 'Methyl isocyanate', '624-83-9', 0.75, 20, null),
  named('acrolein', '丙烯醛', 'Acrolein', '107-02-8', 20, null, 'J2'),
  named('epichlorohydrin', '环氧氯丙烷', 'Epichlorohydrin', '106-89-8', 20, null, 'W5.4'),
  named('toluene-diisocyanate', '甲苯二异氰酸酯', 'Toluene diisocyanate', '26471-62-5', 100, null, 'J5'),
  named('bromine', '溴', 'Bromine', '7726-95-6', 20, null, 'J5'),
  named('nitroglycerine', '硝化甘油', 'Nitroglycerine', '55-63-0', 1, null, 'W1.1'),
  named('tnt', '三硝基甲苯', 'Trinitrotoluene (TNT)', '118-96-7', 5, null, 'W1.1'),
  named('ammonium-nitrate-combustible', '硝酸铵（含可燃物＞0.2%）', 'Ammonium nitrate (> 0.2 % combustible)', '6484-52-2', 5, null, 'W1.1'),
  named('ammonium-nitrate', '硝酸铵（含可燃物≤0.2%）', 'Ammonium nitrate (≤ 0.2 % combustible)', '6484-52-2', 50, null, 'W9.2'),
  named('ammonium-nitrate-fertiliser', '硝酸铵基化肥', 'Ammonium-nitrate-based fertiliser', null, 200, null, 'W9.2'),
  named('potassium-nitrate', '硝酸钾', 'Potassium nitrate', '7757-79-1', 1000, null, 'W9.2'),
  named('nitric-acid-fuming', '硝酸（发红烟的）', 'Nitric acid, red fuming', '52583-42-3', 20, null, 'W9.1'),
  named('nitric-acid', '硝酸（发红烟的除外，含硝酸＞70%）', 'Nitric acid (> 70 %, not red fuming)', '7697-37-2', 100, null, 'W9.2'),
  named('potassium-chlorate', '氯酸钾', 'Potassium chlorate', '3811-04-9', 100, null, 'W9.1'),
  named('sodium-chlorate', '氯酸钠', 'Sodium chlorate', '7775-09-9', 100, null, 'W9.1'),
  named('methane', '甲烷', 'Methane', '74-82-8', 50, null, 'W2'),
  named('natural-gas', '天然气', 'Natural gas', '8006-14-2', 50, null, 'W2'),
  named('lpg', '液化石油气（含丙烷、丁烷及其混合物）', 'LPG (propane, butane and their mixtures)', '68476-85-7', 50, null, 'W2'),
  named('hydrogen', '氢', 'Hydrogen', '1333-74-0', 5, null, 'W2'),
  named('acetylene', '乙炔', 'Acetylene', '74-86-2', 1, null, 'W2'),
  named('ethylene', '乙烯', 'Ethylene', '74-85-1', 50, null, 'W2'),
  named('oxygen', '氧（压缩的或液化的）', 'Oxygen, compressed or liquefied', '7782-44-7', 200, null, 'W4'),
  named('dimethyl-ether', '二甲醚', 'Dimethyl ether', '115-10-6', 50, null, 'W2'),
  named('vinyl-chloride', '氯乙烯', 'Vinyl chloride', '75-01-4', 50, null, 'W2'),
  named('butadiene', '1,3-丁二烯', '1,3-Butadiene', '106-99-0', 5, null, 'W2'),
  named('methylamine', '一甲胺', 'Methylamine', '74-89-5', 5, null, 'W2'),
  named('benzene', '苯', 'Benzene', '71-43-2', 50, null, 'W5.3'),
  named('toluene', '甲苯', 'Toluene', '108-88-3', 500, null, 'W5.3'),
  named('methanol', '甲醇', 'Methanol', '67-56-1', 500, null, 'W5.3'),
  named('ethanol', '乙醇', 'Ethanol', '64-17-5', 500, null, 'W5.3'),
  named('petrol', '汽油', 'Petrol', '86290-81-5', 200, null, 'W5.3'),
  named('acetone', '丙酮', 'Acetone', '67-64-1', 500, null, 'W5.3'),
  named('acrylonitrile', '丙烯腈', 'Acrylonitrile', '107-13-1', 50, null, 'W5.3'),
  named('styrene', '苯乙烯', 'Styrene', '100-42-5', 500, null, 'W5.4'),
  named('ethyl-acetate', '乙酸乙酯', 'Ethyl acetate', '141-78-6', 500, null, 'W5.3'),
  named('cyclohexane', '环己烷', 'Cyclohexane', '110-82-7', 500, null, 'W5.3'),
  named('hexane', '正己烷', 'n-Hexane', '110-54-3', 500, null, 'W5.3'),
  named('diethyl-ether', '乙醚', 'Diethyl ether', '60-29-7', 10, null, 'W5.1'),
  named('carbon-disulphide', '二硫化碳', 'Carbon disulphide', '75-15-0', 50, null, 'W5.3'),
  named('peracetic-acid', '过氧乙酸', 'Peracetic acid', '79-21-0', 10, null, 'W7.2'),
  named('sodium', '钠', 'Sodium', '7440-23-5', 10, null, 'W11'),
  named('potassium', '钾', 'Potassium', '7440-09-7', 1, null, 'W11'),
  named('calcium-carbide', '碳化钙（电石）', 'Calcium carbide', '75-20-7', 100, null, 'W11'),
  named('white-phosphorus', '白磷', 'White phosphorus', '12185-10-3', 50, null, 'W8'),
  named('sodium-peroxide', '过氧化钠', 'Sodium peroxide', '1313-60-6', 20, null, 'W9.1'),
  named('potassium-peroxide', '过氧化钾', 'Potassium peroxide', '17014-71-0', 20, null, 'W9.1'),
  named('nitrocellulose-dry', '硝化纤维素（干的或含水、乙醇＜25%）', 'Nitrocellulose, dry', '9004-70-0', 1, null, 'W1.1'),
  named('nitrocellulose-wet', '硝化纤维素（含乙醇≥25%）', 'Nitrocellulose (≥ 25 % ethanol)', '9004-70-0', 10, null, 'W10'),
  named('nitrocellulose-other', '硝化纤维素（其他）', 'Nitrocellulose, other', '9004-70-0', 50, null, 'W10'),
];
