// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {StarkExStorage} from "./StarkExStorage.sol";

/// Signatures on the STARK curve, as a registration needs them: y^2 = x^3 + x + BETA over FIELD. Written for the
/// practice exchange, so that a wrong registration is refused there as it is on the real one.
abstract contract StarkCurve is StarkExStorage {
    uint256 internal constant ORDER = 0x800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f;
    uint256 private constant BETA = 0x6f21413efbe40de150e596d72f7a8c5609ad26c15c915c1f4cdfcb99cee9e89;
    uint256 private constant GENERATOR_X = 0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca;
    uint256 private constant GENERATOR_Y = 0x5668060aa49730b7be4801df46ec62de53ecd11abe43a32873000c36e8dc1f;

    /// Whether (x, y) is on the curve.
    function _isPoint(uint256 x, uint256 y) internal pure returns (bool) {
        uint256 cubed = mulmod(mulmod(x, x, FIELD), x, FIELD);
        return mulmod(y, y, FIELD) == addmod(addmod(cubed, x, FIELD), BETA, FIELD);
    }

    /// Whether x is the x coordinate of a point.
    function _isKey(uint256 x) internal view returns (bool) {
        uint256 cubed = mulmod(mulmod(x, x, FIELD), x, FIELD);
        uint256 square = addmod(addmod(cubed, x, FIELD), BETA, FIELD);
        return square == 0 || _power(square, (FIELD - 1) / 2, FIELD) == 1;
    }

    /// Whether (r, s) is the signature of the key (x, y) over a hash below ORDER.
    function _verifies(uint256 hash, uint256 r, uint256 s, uint256 x, uint256 y) internal view returns (bool) {
        if (r == 0 || r >= 1 << 251 || s == 0 || s >= ORDER || !_isPoint(x, y)) return false;
        uint256 w = _power(s, ORDER - 2, ORDER);
        if (w >= 1 << 251) return false;
        uint256 u = mulmod(hash, w, ORDER);
        uint256 v = mulmod(r, w, ORDER);
        // A key is an x coordinate, so either sign of its point will do.
        return _sumHasX(u, v, x, y, r) || _sumHasX(u, v, x, FIELD - y, r);
    }

    /// Whether u * generator + v * (x, y) has this x coordinate; both products are made in one walk over the bits.
    function _sumHasX(uint256 u, uint256 v, uint256 x, uint256 y, uint256 wanted) private pure returns (bool) {
        uint256[3][4] memory points;
        points[1] = [GENERATOR_X, GENERATOR_Y, 1];
        points[2] = [x, y, 1];
        (points[3][0], points[3][1], points[3][2]) = _add(GENERATOR_X, GENERATOR_Y, 1, x, y, 1);
        (uint256 rx, uint256 ry, uint256 rz) = (uint256(0), uint256(0), uint256(0));
        for (uint256 bit = 252; bit > 0; --bit) {
            (rx, ry, rz) = _double(rx, ry, rz);
            uint256[3] memory point = points[((u >> (bit - 1)) & 1) | (((v >> (bit - 1)) & 1) << 1)];
            if (point[2] != 0) (rx, ry, rz) = _add(rx, ry, rz, point[0], point[1], point[2]);
        }
        return rz != 0 && mulmod(wanted, mulmod(rz, rz, FIELD), FIELD) == rx;
    }

    /// Jacobian coordinates; z = 0 is the point at infinity.
    function _double(uint256 x, uint256 y, uint256 z) private pure returns (uint256 rx, uint256 ry, uint256 rz) {
        if (z == 0 || y == 0) return (0, 0, 0);
        uint256 y2 = mulmod(y, y, FIELD);
        uint256 z2 = mulmod(z, z, FIELD);
        uint256 slope = addmod(mulmod(3, mulmod(x, x, FIELD), FIELD), mulmod(z2, z2, FIELD), FIELD);
        uint256 middle = mulmod(4, mulmod(x, y2, FIELD), FIELD);
        rx = addmod(mulmod(slope, slope, FIELD), FIELD - mulmod(2, middle, FIELD), FIELD);
        ry = mulmod(slope, addmod(middle, FIELD - rx, FIELD), FIELD);
        ry = addmod(ry, FIELD - mulmod(8, mulmod(y2, y2, FIELD), FIELD), FIELD);
        rz = mulmod(2, mulmod(y, z, FIELD), FIELD);
    }

    function _add(uint256 ax, uint256 ay, uint256 az, uint256 bx, uint256 by, uint256 bz)
        private
        pure
        returns (uint256 rx, uint256 ry, uint256 rz)
    {
        if (az == 0) return (bx, by, bz);
        if (bz == 0) return (ax, ay, az);
        uint256 wide;
        uint256 rise;
        {
            uint256 az2 = mulmod(az, az, FIELD);
            uint256 bz2 = mulmod(bz, bz, FIELD);
            ax = mulmod(ax, bz2, FIELD);
            ay = mulmod(ay, mulmod(bz2, bz, FIELD), FIELD);
            wide = addmod(mulmod(bx, az2, FIELD), FIELD - ax, FIELD);
            rise = addmod(mulmod(by, mulmod(az2, az, FIELD), FIELD), FIELD - ay, FIELD);
        }
        if (wide == 0) {
            if (rise != 0) return (0, 0, 0);
            // Both are the same point, now over the common denominator az * bz.
            return _double(ax, ay, mulmod(az, bz, FIELD));
        }
        uint256 wide2 = mulmod(wide, wide, FIELD);
        uint256 wide3 = mulmod(wide2, wide, FIELD);
        uint256 base = mulmod(ax, wide2, FIELD);
        rx = addmod(mulmod(rise, rise, FIELD), FIELD - addmod(wide3, mulmod(2, base, FIELD), FIELD), FIELD);
        ry = mulmod(rise, addmod(base, FIELD - rx, FIELD), FIELD);
        ry = addmod(ry, FIELD - mulmod(ay, wide3, FIELD), FIELD);
        rz = mulmod(wide, mulmod(az, bz, FIELD), FIELD);
    }

    /// base ** exponent % modulus, by the precompiled contract.
    function _power(uint256 base, uint256 exponent, uint256 modulus) private view returns (uint256) {
        bytes memory input = abi.encode(32, 32, 32, base, exponent, modulus);
        (bool done, bytes memory output) = address(5).staticcall(input);
        require(done, "MODEXP");
        return abi.decode(output, (uint256));
    }
}
