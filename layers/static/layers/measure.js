// Lengths and areas on the WGS 84 ellipsoid, in a plane that touches it at the figure: right to far better than a
// part in ten thousand over a city. Never from map units: those are a fifth too long at Khulna.
"use strict";
window.imisMap = window.imisMap || {};

imisMap.measure = (() => {
  const A = 6378137;
  const E2 = 0.0066943799901413165;
  const RAD = Math.PI / 180;

  // Metres a degree of latitude and of longitude at a latitude.
  function scale(latitude) {
    const w = 1 - E2 * Math.sin(latitude * RAD) ** 2;
    return { y: (A * (1 - E2) / w ** 1.5) * RAD, x: (A / Math.sqrt(w)) * Math.cos(latitude * RAD) * RAD };
  }

  function distance(points) {
    let sum = 0;
    for (let i = 1; i < points.length; i++) {
      const [p, q] = [points[i - 1], points[i]];
      const unit = scale((p.lat + q.lat) / 2);
      sum += Math.hypot((q.lng - p.lng) * unit.x, (q.lat - p.lat) * unit.y);
    }
    return sum;
  }

  function area(points) {
    if (points.length < 3) return 0;
    const middle = points.reduce((sum, p) => sum + p.lat, 0) / points.length;
    const unit = scale(middle);
    const plane = points.map((p) => [(p.lng - points[0].lng) * unit.x, (p.lat - points[0].lat) * unit.y]);
    let twice = 0;
    plane.forEach(([x, y], i) => {
      const [nextX, nextY] = plane[(i + 1) % plane.length];
      twice += x * nextY - nextX * y;
    });
    return Math.abs(twice) / 2;
  }

  return { distance, area };
})();
