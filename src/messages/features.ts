import type { EquipmentGroup, FeatureName } from '../domain/feature.ts';
import { defineMessages } from './define.ts';

/** The 30 inputs and the equipment they belong to. */
export const features = defineMessages('feature', {
  'feature.Process_Product_Type': { ko: '제품 구분', en: 'Product type', vi: 'Loại sản phẩm' },
  'feature.Process_Shot': { ko: '샷 번호', en: 'Shot number', vi: 'Số shot' },
  'feature.Process_Velocity_1': { ko: '저속 1', en: 'Slow speed 1', vi: 'Tốc độ chậm 1' },
  'feature.Process_Velocity_2': { ko: '저속 2', en: 'Slow speed 2', vi: 'Tốc độ chậm 2' },
  'feature.Process_Velocity_3': { ko: '저속 3', en: 'Slow speed 3', vi: 'Tốc độ chậm 3' },
  'feature.Process_High_Velocity': { ko: '고속 속도', en: 'Fast speed', vi: 'Tốc độ nhanh' },
  'feature.Process_Cylinder_Pressure': { ko: '실린더 압력', en: 'Cylinder pressure', vi: 'Áp suất xi lanh' },
  'feature.Process_Rapid_Rise_Time': { ko: '고속 전환 시간', en: 'Switch-over time', vi: 'Thời gian chuyển nhanh' },
  'feature.Process_Biscuit_Thickness': { ko: '비스켓 두께', en: 'Biscuit thickness', vi: 'Độ dày biscuit' },
  'feature.Process_Clamping_Force': { ko: '형체력', en: 'Clamping force', vi: 'Lực kẹp khuôn' },
  'feature.Process_Cycle_Time': { ko: '사이클 타임', en: 'Cycle time', vi: 'Thời gian chu kỳ' },
  'feature.Process_Pressure_Rise_Time': { ko: '승압 시간', en: 'Pressure rise time', vi: 'Thời gian tăng áp' },
  'feature.Process_Casting_Pressure': { ko: '주조 압력', en: 'Casting pressure', vi: 'Áp suất đúc' },
  'feature.Process_Spray_Time': { ko: '스프레이 시간', en: 'Spray time', vi: 'Thời gian phun' },
  'feature.Process_Spray_1_Time': { ko: '스프레이 1 시간', en: 'Spray 1 time', vi: 'Thời gian phun 1' },
  'feature.Process_Spray_2_Time': { ko: '스프레이 2 시간', en: 'Spray 2 time', vi: 'Thời gian phun 2' },
  'feature.Sensor_Melting_Furnace_Temp': { ko: '용해로 온도', en: 'Furnace temperature', vi: 'Nhiệt độ lò nấu' },
  'feature.Sensor_Air_Pressure': { ko: '공기압', en: 'Air pressure', vi: 'Áp suất khí nén' },
  'feature.Sensor_Air_Pressure_Min': { ko: '공기압 하한', en: 'Air pressure, low limit', vi: 'Áp khí nén, giới hạn dưới' },
  'feature.Sensor_Air_Pressure_Max': { ko: '공기압 상한', en: 'Air pressure, high limit', vi: 'Áp khí nén, giới hạn trên' },
  'feature.Sensor_Coolant_Temp': { ko: '냉각수 온도', en: 'Coolant temperature', vi: 'Nhiệt độ nước làm mát' },
  'feature.Sensor_Coolant_Temp_Min': {
    ko: '냉각수 온도 하한',
    en: 'Coolant temp., low limit',
    vi: 'Nhiệt độ nước làm mát, giới hạn dưới',
  },
  'feature.Sensor_Coolant_Temp_Max': {
    ko: '냉각수 온도 상한',
    en: 'Coolant temp., high limit',
    vi: 'Nhiệt độ nước làm mát, giới hạn trên',
  },
  'feature.Sensor_Coolant_Pressure': { ko: '냉각수 압력', en: 'Coolant pressure', vi: 'Áp suất nước làm mát' },
  'feature.Sensor_Factory_Temp': { ko: '공장 온도', en: 'Factory temperature', vi: 'Nhiệt độ xưởng' },
  'feature.Sensor_Factory_Temp_Min': {
    ko: '공장 온도 하한',
    en: 'Factory temp., low limit',
    vi: 'Nhiệt độ xưởng, giới hạn dưới',
  },
  'feature.Sensor_Factory_Temp_Max': {
    ko: '공장 온도 상한',
    en: 'Factory temp., high limit',
    vi: 'Nhiệt độ xưởng, giới hạn trên',
  },
  'feature.Sensor_Factory_Humidity': { ko: '공장 습도', en: 'Factory humidity', vi: 'Độ ẩm xưởng' },
  'feature.Sensor_Factory_Humidity_Min': {
    ko: '공장 습도 하한',
    en: 'Factory humidity, low limit',
    vi: 'Độ ẩm xưởng, giới hạn dưới',
  },
  'feature.Sensor_Factory_Humidity_Max': {
    ko: '공장 습도 상한',
    en: 'Factory humidity, high limit',
    vi: 'Độ ẩm xưởng, giới hạn trên',
  },
}) satisfies Record<`feature.${FeatureName}`, unknown>;

/** The equipment the inputs are grouped by. */
export const equipment = defineMessages('equipment', {
  'equipment.context': { ko: '제품과 샷', en: 'Product and shot', vi: 'Sản phẩm và shot' },
  'equipment.shot_end': { ko: '사출부', en: 'Shot end', vi: 'Cụm bắn' },
  'equipment.pressure': { ko: '압력', en: 'Pressure', vi: 'Áp suất' },
  'equipment.clamp_cycle': { ko: '형체와 사이클', en: 'Clamp and cycle', vi: 'Kẹp khuôn và chu kỳ' },
  'equipment.spray': { ko: '스프레이', en: 'Spray', vi: 'Phun' },
  'equipment.melt': { ko: '용탕', en: 'Melt', vi: 'Kim loại lỏng' },
  'equipment.cooling': { ko: '냉각', en: 'Cooling', vi: 'Làm mát' },
  'equipment.room': { ko: '공장 환경', en: 'Plant air and room', vi: 'Khí nén và nhà xưởng' },
}) satisfies Record<`equipment.${EquipmentGroup}`, unknown>;
