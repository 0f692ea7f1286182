// The size of the earth, as the server takes it: mean radius 6,371,008.8 m.
export const METRES_PER_DEGREE = 111_195;
