/** The demo district as data: where everything stands, and every device with its behaviour. */
import type { DistrictPlan } from '../provision.ts';
import type { Member } from './member.ts';
import { restaurants, STREET_ID, STREET_SITE_ID } from './restaurants.ts';
import { MALL_ID, MALL_SITE_ID, shoppingCentre } from './shopping-centre.ts';
import { FARM_HAZARD_SOURCE_ID, FARM_ID, FARM_SITE_ID, tankFarm } from './tank-farm.ts';

export interface District {
  readonly plan: DistrictPlan;
  readonly members: readonly Member[];
}

/** The district of a seed: same seed, same readings at the same time of the run. */
export function demoDistrict(seed: number): District {
  const members = [...restaurants(seed), ...tankFarm(seed), ...shoppingCentre(seed)];
  return {
    members,
    plan: {
      areas: [
        { id: 'qingyuan', name: '清源区' },
        { id: 'qingyuan-hebin', name: '河滨街道', parentId: 'qingyuan' },
        { id: 'qingyuan-linhai', name: '临海化工园', parentId: 'qingyuan' },
      ],
      enterprises: [
        {
          id: STREET_ID,
          name: '河滨美食街',
          sector: 'catering',
          areaId: 'qingyuan-hebin',
          contacts: [{ name: '王建国 Wang Jianguo', role: '街区安全员 safety officer', phone: '000-0000-0101' }],
        },
        {
          id: FARM_ID,
          name: '临海化工罐区',
          sector: 'hazchem',
          areaId: 'qingyuan-linhai',
          contacts: [{ name: '李红 Li Hong', role: '当班调度 shift dispatcher', phone: '000-0000-0102' }],
        },
        {
          id: MALL_ID,
          name: '星光购物中心',
          sector: 'commerce',
          areaId: 'qingyuan-hebin',
          contacts: [{ name: '陈志强 Chen Zhiqiang', role: '消防控制室 fire control room', phone: '000-0000-0103' }],
        },
      ],
      sites: [
        { id: STREET_SITE_ID, name: 'A 段', enterpriseId: STREET_ID },
        { id: FARM_SITE_ID, name: '南罐区', enterpriseId: FARM_ID },
        { id: MALL_SITE_ID, name: '主楼', enterpriseId: MALL_ID },
      ],
      hazardSources: [
        {
          id: FARM_HAZARD_SOURCE_ID,
          name: '甲醇及液化气储罐',
          enterpriseId: FARM_ID,
          siteId: FARM_SITE_ID,
        },
      ],
      // Two atmospheric tanks of methanol and two spheres; forty people work next door: S 17, R 27.6, class III.
      classifications: [
        {
          source: FARM_HAZARD_SOURCE_ID,
          people: 40,
          substances: [
            { substance: 'methanol', designMaximumT: 2_500 },
            { substance: 'lpg', designMaximumT: 600 },
          ],
        },
      ],
      devices: members.map(({ plan }) => plan),
    },
  };
}
